-- The money of classes as enrollment's own table has it, by class and source; without a source it is
-- that of the class as a whole.
select class_id, coalesce(source, '') as source, 1 as n, sum(amount_rupiah)::bigint as rupiah
from class_funding
group by grouping sets ((class_id, source), (class_id))
