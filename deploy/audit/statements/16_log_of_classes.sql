-- the log tells of every class what its row says
-- invariant: I8, I9
-- database: enrollment
-- looks at: class
select format('class %s: row %s, log %s, %s events are its first',
  coalesce(c.id, l.id), c.state, l.cell ->> 'state', l.births) as what
from class c full join (
  select (payload ->> 'class_id')::uuid as id,
    count(*) filter (where payload -> 'before' = 'null') as births,
    (array_agg(payload -> 'after' order by version desc))[1] as cell
  from event where topic like 'enrollment.class.%' group by 1) l on l.id = c.id
where c.id is null or l.id is null or l.births <> 1
  or c.state <> l.cell ->> 'state' or c.starts_at <> (l.cell ->> 'starts_at')::timestamptz
