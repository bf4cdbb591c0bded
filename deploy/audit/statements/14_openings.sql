-- an opened class has its roll call, and who was not placed by then waits no more
-- invariant: I13
-- database: enrollment
-- looks at: class where state in ('OPENED', 'COMPLETED')
select format('class %s (%s): opening %s, present %s, counted %s, absent %s, counted %s, %s wait',
  c.code, c.state, case when o.class_id is null then 'missing' else 'reported' end,
  o.present, e.present, o.absent, e.absent, e.waiting) as what
from class c left join opening o on o.class_id = c.id
cross join lateral (
  select count(*) filter (where e.presence = 'PRESENT') as present,
    count(*) filter (where e.presence = 'ABSENT') as absent,
    count(*) filter (where e.state = 'WAITLISTED') as waiting
  from enrollment e where e.class_id = c.id) e
where (c.state in ('OPENED', 'COMPLETED')) <> (o.class_id is not null)
  or o.present <> e.present or o.absent <> e.absent
  or (o.class_id is not null and e.waiting > 0 and coalesce(c.promote_until <= o.reported_at, true))
