-- the log tells of every enrollment what its row says, and leaves no version out
-- invariant: I8, I9
-- database: enrollment
-- looks at: enrollment
select format('enrollment %s: row %s, log %s; version %s, %s events, %s of them the first',
  coalesce(e.id, l.id), e.state, l.cell ->> 'state', e.version, l.events, l.births) as what
from enrollment e full join (
  select (payload ->> 'enrollment_id')::uuid as id, count(*) as events,
    count(distinct version) as versions,
    count(*) filter (where payload -> 'before' = 'null') as births,
    (array_agg(payload -> 'after' order by version desc))[1] as cell
  from event where topic like 'enrollment.enrollment.%' group by 1) l on l.id = e.id
where e.id is null or l.id is null
  or e.state <> l.cell ->> 'state' or e.presence <> l.cell ->> 'presence'
  or e.waited <> (l.cell ->> 'waited')::boolean
  or e.version <> l.events or l.versions <> l.events or l.births <> 1
