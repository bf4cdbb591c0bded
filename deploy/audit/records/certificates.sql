-- Certificates as enrollment's own tables have them, by the cell that figures count them in.
select kind, state, program_id, wave_id, facility_id, province_code, regency_code,
  home_province_code, home_regency_code, facility_kind, host_ministry, sex, age_band, entrant_kind,
  disability, trade, count(*) as n
from (
  select 'TRAINING' as kind, state, program_id, wave_id, facility_id, province_code, regency_code,
    home_province_code, home_regency_code, facility_kind, host_ministry, sex, age_band,
    entrant_kind, disability, trade
  from training_certificate
  union all select 'COMPETENCE', state, program_id, wave_id, facility_id, province_code,
    regency_code, home_province_code, home_regency_code, facility_kind, host_ministry, sex,
    age_band, entrant_kind, disability, trade
  from competence_certificate) certificate
group by 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16
