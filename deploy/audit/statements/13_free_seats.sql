-- no seat is free while somebody waits for it and promotion is open
-- invariant: I13
-- database: enrollment
-- looks at: class
select format('class %s: %s seats free, %s people wait', code, capacity - taken, waiting) as what
from class
where taken < capacity and waiting > 0
  and (state = 'PLANNED' and promote_until is null
    or state in ('PLANNED', 'OPENED') and promote_until > now())
