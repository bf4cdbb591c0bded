-- quotas count the members who hold a seat
-- invariant: I2
-- database: enrollment
-- looks at: wave_quota
select format('quota %s (%s %s): taken %s, counted %s', q.id, q.dimension, q.value, q.taken,
  e.members) as what
from wave_quota q cross join lateral (
  select count(*) as members from class c join enrollment e on e.class_id = c.id
  where c.wave_id = q.wave_id and e.state in ('OFFERED', 'SEATED', 'COMPLETED', 'DROPPED_OUT')
    and enrollment.in_quota(q.dimension, q.value, e.home_province_code, e.sex, e.entrant_kind,
      e.disability)) e
where q.taken <> e.members
