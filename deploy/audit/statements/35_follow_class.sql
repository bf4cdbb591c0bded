-- whatever comes of an enrollment lies where its class lies, and is of the same person
-- invariant: I20
-- database: enrollment
-- looks at: enrollment
with thing as (
  select 'enrollment' as kind, class_id, id as enrollment_id, participant_id, facility_id,
    province_code, regency_code, host_ministry
  from enrollment
  union all select 'training_certificate', class_id, enrollment_id, participant_id, facility_id,
    province_code, regency_code, host_ministry
  from training_certificate
  union all select 'competence_certificate', class_id, enrollment_id, participant_id, facility_id,
    province_code, regency_code, host_ministry
  from competence_certificate
  union all select 'referral', class_id, enrollment_id, participant_id, facility_id,
    province_code, regency_code, host_ministry
  from referral
)
select format('%s of enrollment %s: in %s of %s, its class %s in %s of %s', t.kind, t.enrollment_id,
  t.regency_code, t.host_ministry, c.code, c.regency_code, c.host_ministry) as what
from thing t
join class c on c.id = t.class_id
left join enrollment e on e.class_id = t.class_id and e.id = t.enrollment_id
where (t.facility_id, t.province_code, t.regency_code, t.host_ministry)
  is distinct from (c.facility_id, c.province_code, c.regency_code, c.host_ministry)
  or e.participant_id is distinct from t.participant_id
