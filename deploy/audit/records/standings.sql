-- What the registry last told to stand of facilities and agreements, by the cell it is counted in.
select cell.kind, cell.value, cell.detail,
  coalesce(cell.facility_id, '00000000-0000-0000-0000-000000000000') as facility_id,
  cell.province_code, cell.regency_code, cell.facility_kind, cell.owner_ministry, cell.co_ministry,
  sum(cast(figure ->> 'n' as bigint))::bigint as n,
  sum(cast(figure ->> 'amount' as bigint))::bigint as amount
from told_figures
cross join jsonb_array_elements(figures) as figure
cross join jsonb_to_record(figure -> 'cell') as cell (kind text, value text, detail text,
  facility_id uuid, province_code text, regency_code text, facility_kind text, owner_ministry text,
  co_ministry text)
where told = 'STANDING'
group by 1, 2, 3, 4, 5, 6, 7, 8, 9
