-- no job is stuck
-- invariant: I16
-- database: registry, enrollment, reporting
-- looks at: job
select format('job %s (%s) is %s since %s', id, kind, state, coalesce(lease_until, due_at)) as what
from job
where (state = 'QUEUED' and due_at < now() - interval '60 seconds')
  or (state = 'RUNNING' and lease_until < now() - interval '60 seconds')
