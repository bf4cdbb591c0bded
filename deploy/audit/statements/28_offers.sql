-- no offer is open past its deadline
-- invariant: I13
-- database: enrollment
-- looks at: enrollment where state = 'OFFERED'
select format('enrollment %s: offered until %s', id, confirm_by) as what
from enrollment
where state = 'OFFERED' and confirm_by < now() - interval '1 minute'
