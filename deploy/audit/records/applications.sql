-- Applications that were ever submitted as enrollment's own table has them, by their cell. Those from
-- before figures counted any have no kind of facility.
select program_id, wave_id, facility_id, province_code, regency_code, home_province_code,
  home_regency_code, facility_kind, host_ministry, sex,
  case when age < 18 then 'UNDER_18' when age < 25 then '18_24' when age < 35 then '25_34'
    when age < 45 then '35_44' when age < 55 then '45_54' else '55_PLUS' end as age_band,
  entrant_kind, disability, trade, channel, state, count(*) as n
from application
where submitted_at is not null and facility_kind is not null
group by 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16
