-- whatever belongs to a facility lies where the facility lies
-- invariant: I20
-- database: registry
-- looks at: facility
with thing as (
  select 'accreditation' as kind, facility_id, province_code, regency_code, owner_ministry
    from accreditation
  union all select 'agreement_action', facility_id, province_code, regency_code, owner_ministry
    from agreement_action
  union all select 'agreement_reminder', facility_id, province_code, regency_code, owner_ministry
    from agreement_reminder
  union all select 'area_work_item', facility_id, province_code, regency_code, owner_ministry
    from area_work_item
  union all select 'assignment_place', facility_id, province_code, regency_code, owner_ministry
    from assignment_place
  union all select 'booking', facility_id, province_code, regency_code, owner_ministry
    from booking
  union all select 'booking_slot', facility_id, province_code, regency_code, owner_ministry
    from booking_slot
  union all select 'closed_day', facility_id, province_code, regency_code, owner_ministry
    from closed_day
  union all select 'development', facility_id, province_code, regency_code, owner_ministry
    from development
  union all select 'equipment', facility_id, province_code, regency_code, owner_ministry
    from equipment
  union all select 'facility_code', facility_id, province_code, regency_code, owner_ministry
    from facility_code
  union all select 'facility_contact', facility_id, province_code, regency_code, owner_ministry
    from facility_contact
  union all select 'facility_institution', facility_id, province_code, regency_code, owner_ministry
    from facility_institution
  union all select 'facility_shift', facility_id, province_code, regency_code, owner_ministry
    from facility_shift
  union all select 'incubator', facility_id, province_code, regency_code, owner_ministry
    from incubator
  union all select 'incubator_person', facility_id, province_code, regency_code, owner_ministry
    from incubator_person
  union all select 'incubator_tenant', facility_id, province_code, regency_code, owner_ministry
    from incubator_tenant
  union all select 'instructor', home_facility_id, province_code, regency_code, owner_ministry
    from instructor
  union all select 'invitation', facility_id, province_code, regency_code, owner_ministry
    from invitation
  union all select 'maturity_assessment', facility_id, province_code, regency_code, owner_ministry
    from maturity_assessment
  union all select 'network_member', facility_id, province_code, regency_code, owner_ministry
    from network_member
  union all select 'opening_hours', facility_id, province_code, regency_code, owner_ministry
    from opening_hours
  union all select 'proposal', facility_id, province_code, regency_code, owner_ministry
    from proposal
  union all select 'roadmap', facility_id, province_code, regency_code, owner_ministry
    from roadmap
  union all select 'roadmap_milestone', facility_id, province_code, regency_code, owner_ministry
    from roadmap_milestone
  union all select 'service_offer', facility_id, province_code, regency_code, owner_ministry
    from service_offer
  union all select 'space', facility_id, province_code, regency_code, owner_ministry
    from space
)
select format('%s of facility %s: in %s of %s, the facility in %s of %s', t.kind, f.code,
  t.regency_code, t.owner_ministry, f.regency_code, f.owner_ministry) as what
from thing t join facility f on f.id = t.facility_id
where (t.province_code, t.regency_code, t.owner_ministry)
  is distinct from (f.province_code, f.regency_code, f.owner_ministry)
union all
select format('facility %s: area %s, province %s, regency %s', code, area_code, province_code, regency_code)
from facility
where province_code <> split_part(area_code, '.', 1)
  or regency_code <> split_part(area_code, '.', 1) || '.' || split_part(area_code, '.', 2)
