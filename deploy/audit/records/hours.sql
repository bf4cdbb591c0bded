-- What the registry last told of the minutes of spaces, by the cell that they are counted in.
select cell.month, cell.purpose, cell.using_ministry, cell.facility_id, cell.province_code,
  cell.regency_code, cell.facility_kind, cell.owner_ministry,
  sum(cast(figure ->> 'spaces' as bigint))::bigint as n,
  sum(cast(figure ->> 'open_minutes' as bigint))::bigint as open_minutes,
  sum(cast(figure ->> 'booked_minutes' as bigint))::bigint as booked_minutes,
  sum(cast(figure ->> 'used_minutes' as bigint))::bigint as used_minutes,
  sum(cast(figure ->> 'used_of_open' as bigint))::bigint as used_of_open
from told_figures
cross join jsonb_array_elements(figures) as figure
cross join jsonb_to_record(figure -> 'cell') as cell (month text, purpose text, using_ministry text,
  facility_id uuid, province_code text, regency_code text, facility_kind text, owner_ministry text)
where told = 'HOURS'
group by 1, 2, 3, 4, 5, 6, 7, 8
