-- no space is held that nobody confirmed in time
-- invariant: I16
-- database: registry
-- looks at: booking
select format('booking %s of class %s is held until %s', id, class_id, hold_until) as what
from booking
where hold_until < now() - interval '10 minutes'
