-- Enrollments as enrollment's own tables have them, by the cell that figures count them in.
select e.program_id, e.wave_id, e.facility_id, e.province_code, e.regency_code,
  e.home_province_code, e.home_regency_code, c.facility_kind, e.host_ministry, e.sex, e.age_band,
  e.entrant_kind, e.state, e.waited, e.presence, e.disability, c.trade, e.applied,
  count(*) as n
from enrollment e join class c on c.id = e.class_id
group by 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18
