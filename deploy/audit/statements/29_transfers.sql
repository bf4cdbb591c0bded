-- whoever was transferred stands in the other class, once
-- invariant: I3
-- database: enrollment
-- looks at: enrollment where state = 'TRANSFERRED' or transferred_from_id is not null
select format('enrollment %s (%s): followed by %s, follows %s', e.id, e.state, n.next, e.transferred_from_id)
  as what
from enrollment e cross join lateral (
  select count(*) as next from enrollment n
  where n.transferred_from_class_id = e.class_id and n.transferred_from_id = e.id
    and n.program_id = e.program_id and (n.participant_id = e.participant_id or exists (
      select from merged_participant m where m.old_id in (n.participant_id, e.participant_id)
        and m.participant_id in (n.participant_id, e.participant_id)))) n
where (e.state = 'TRANSFERRED')::int <> n.next
  or (e.transferred_from_id is not null and not exists (select from enrollment o
    where o.class_id = e.transferred_from_class_id and o.id = e.transferred_from_id))
