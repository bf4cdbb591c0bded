-- no request was left half done
-- invariant: I5
-- database: registry, enrollment, reporting
-- looks at: idempotency
select format('%s has had no answer since %s', operation, created_at) as what
from idempotency where status is null or body is null
