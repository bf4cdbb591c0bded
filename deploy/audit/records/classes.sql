-- Classes as enrollment's own table has them, by the cell that figures count them in.
select program_id, wave_id, facility_id, province_code, regency_code, time_zone, facility_kind,
  host_ministry, starts_at, state, trade, count(*) as n
from class
group by 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11
