-- Referrals as enrollment's own table has them, by the cell that figures count them in.
select kind, state, coalesce(outcome, '') as outcome, coalesce(financing, '') as financing,
  program_id, wave_id, facility_id, province_code, regency_code, home_province_code,
  home_regency_code, facility_kind, host_ministry, coalesce(to_facility_id::text, '') as to_facility_id,
  coalesce(to_province_code, '') as to_province_code, coalesce(to_regency_code, '') as to_regency_code,
  sex, age_band, entrant_kind, disability, trade, count(*) as n
from referral
group by 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21
