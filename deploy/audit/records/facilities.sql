-- Facilities as the registry's own table has them, by the cell that figures count them in.
select id as facility_id, province_code, regency_code, kind as facility_kind, owner_ministry, status,
  count(*) as n
from facility
group by 1, 2, 3, 4, 5, 6
