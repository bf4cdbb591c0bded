-- no class has more people in seats than it has seats
-- invariant: I1
-- database: enrollment
-- looks at: class
select format('class %s: %s in seats, taken %s, capacity %s, space %s',
  c.code, e.seated, c.taken, c.capacity, c.space_capacity) as what
from class c cross join lateral (
  select count(*) as seated from enrollment e
  where e.class_id = c.id and e.state in ('OFFERED', 'SEATED', 'COMPLETED', 'DROPPED_OUT')) e
where e.seated > c.capacity or c.taken not between 0 and c.capacity or c.capacity > c.space_capacity
