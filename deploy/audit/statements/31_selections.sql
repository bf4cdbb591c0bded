-- everybody got what the announced selection gave him, or it says why not
-- invariant: I23
-- database: enrollment
-- looks at: selection_result
select format('wave %s, application %s: drawn %s, settled %s, but %s', s.wave_id, r.application_id,
  r.outcome, coalesce(r.settled, 'as drawn'), coalesce(a.state, 'not there')) as what
from selection s
join selection_result r on r.wave_id = s.wave_id and r.preview = s.preview
left join application a on a.wave_id = r.wave_id and a.id = r.application_id
where s.state = 'ANNOUNCED' and (a.id is null
  or case when a.withdrawn_at is not null then a.state <> 'WITHDRAWN'
    when r.settled is null then a.state <> r.outcome
    when r.settled = 'already-enrolled' then a.state <> 'INELIGIBLE'
    when r.settled = 'class-gone' then a.state <> 'NOT_SELECTED'
    when r.settled = 'seat-lost' then a.state not in ('RESERVE', 'NOT_SELECTED')
    else true end)
union all
select format('wave %s: %s applications frozen, %s listed, %s drawn', s.wave_id, s.list_count,
  n.entries, n.results)
from selection s cross join lateral (
  select (select count(*) from selection_entry e where e.wave_id = s.wave_id) as entries,
    (select count(*) from selection_result r
      where r.wave_id = s.wave_id and r.preview = s.preview) as results) n
where s.list_count <> n.entries
  or (s.state in ('APPROVED', 'ANNOUNCING', 'ANNOUNCED') and s.list_count <> n.results)
