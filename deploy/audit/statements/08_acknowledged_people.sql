-- every registration that was acknowledged is there
-- invariant: I4
-- database: enrollment
-- looks at: idempotency where operation like 'POST %/participants' and status = 201
select format('an answer names participant %s, who is not there', k.id) as what
from (
  select (convert_from(body, 'UTF8')::jsonb ->> 'id')::uuid as id from idempotency
  where operation like 'POST %/participants' and status = 201) k
where not exists (select from participant p where p.id = k.id)
  and not exists (select from merged_participant m where m.old_id = k.id)
