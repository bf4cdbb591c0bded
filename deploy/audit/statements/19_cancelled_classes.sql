-- nobody has a place in a class that was called off
-- invariant: I3
-- database: enrollment
-- looks at: class where state = 'CANCELLED'
select format('class %s: %s seated, %s wait', code, taken, waiting) as what
from class
where state = 'CANCELLED' and taken + waiting > 0
