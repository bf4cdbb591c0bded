-- every seat or number that was promised is there, and was promised once
-- invariant: I4, I5
-- database: enrollment
-- looks at: idempotency where operation = 'claim_seat'
select format('class %s: an answer names enrollment %s, %s', k.class_id, k.id,
  case when e.id is null then 'which is not there' else 'and so does another' end) as what
from (
  select a.stream_id as class_id, (a.said ->> 'id')::uuid as id,
    (a.said ->> 'participant_id')::uuid as participant_id,
    count(*) over (partition by a.stream_id, a.said ->> 'id') as times
  from (
    select stream_id, convert_from(body, 'UTF8')::jsonb as said from idempotency
    where operation = 'claim_seat' and status = 201) a) k
left join merged_participant m on m.old_id = k.participant_id
left join enrollment e on e.class_id = k.class_id and e.id = k.id
  and e.participant_id = coalesce(m.participant_id, k.participant_id)
where e.id is null or k.times > 1
