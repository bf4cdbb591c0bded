-- Judges the claims of a batch one after the other, as each would be judged alone: who gets a seat
-- uses up what its quotas spare, and what is left is there for the next.
-- A claim is one element of the first four arrays and one row of p_counts, which says of each quota
-- whether the claim counts against it; p_class numbers the classes of the batch from 1.
create or replace function enrollment.judge_quotas(
  p_ord bigint[], p_class bigint[], p_free int[], p_room int[], p_counts boolean[],
  p_quota uuid[], p_spare bigint[]
) returns table (ord bigint, verdict text, quota uuid)
language plpgsql
immutable
rows 64
as $$
declare
  v_placed int[] := array_fill(0, array[cardinality(p_ord)]);
  v_class int;
begin
  <<claims>>
  for i in 1 .. cardinality(p_ord) loop
    ord := p_ord[i];
    quota := null;
    for k in 1 .. cardinality(p_quota) loop
      if p_counts[i][k] and p_spare[k] <= 0 then
        verdict := 'quota-full';
        quota := p_quota[k];
        return next;
        continue claims;
      end if;
    end loop;
    v_class := p_class[i];
    v_placed[v_class] := v_placed[v_class] + 1;
    if v_placed[v_class] > p_free[i] + p_room[i] then
      verdict := 'class-full';
    elsif v_placed[v_class] > p_free[i] then
      verdict := 'WAITLISTED';
    else
      verdict := 'SEATED';
      for k in 1 .. cardinality(p_quota) loop
        p_spare[k] := p_spare[k] - p_counts[i][k]::int;
      end loop;
    end if;
    return next;
  end loop;
end $$;
