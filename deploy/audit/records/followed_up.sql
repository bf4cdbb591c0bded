-- The enrollments named by their ids as enrollment's own tables have them: whose outcome it is.
select e.id as enrollment_id, e.program_id, e.wave_id, e.facility_id, e.province_code,
  e.regency_code, e.home_province_code, e.home_regency_code, c.facility_kind, e.host_ministry,
  e.sex, e.age_band, e.entrant_kind, e.waited, e.disability, c.trade
from enrollment e join class c on c.id = e.class_id
where e.id = any ($1::uuid[]) and e.state = 'COMPLETED'
