-- the log tells of every facility what its row says
-- invariant: I8, I9
-- database: registry
-- looks at: facility
select format('facility %s: row %s, log %s, %s events are its first',
  coalesce(f.id, l.id), f.status, l.cell ->> 'status', l.births) as what
from facility f full join (
  select (payload ->> 'facility_id')::uuid as id,
    count(*) filter (where payload -> 'before' = 'null') as births,
    (array_agg(payload -> 'after' order by version desc))[1] as cell
  from event where topic in ('registry.facility.registered', 'registry.facility.changed',
    'registry.facility.status_changed')
  group by 1) l on l.id = f.id
where f.id is null or l.id is null or l.births <> 1 or f.status <> l.cell ->> 'status'
  or f.regency_code <> l.cell ->> 'regency_code' or f.kind <> l.cell ->> 'facility_kind'
