"""A version that left the draft is never edited, whatever the door: the database refuses (AP-9)."""

from django.db import migrations, models

FROZEN = """
create function policy_version_frozen() returns trigger language plpgsql
set search_path = pg_catalog, public, pg_temp as $$
declare may_change text[] := array['state', 'version'];
begin
  if old.state = 'draft' then
    if tg_op = 'DELETE' then return old; end if;
    return new;
  end if;
  if tg_op = 'UPDATE' then
    if new.state is distinct from old.state then may_change := may_change || 'effective_until'::text; end if;
    if new.state = 'discarded' then may_change := may_change || 'effective_from'::text; end if;
    if to_jsonb(new) - may_change = to_jsonb(old) - may_change then return new; end if;
  end if;
  raise exception 'policy %/% is % and never edited; make a new draft', old.kind, old.number, old.state
    using errcode = '42501';
end $$;
create trigger policy_version_frozen before update or delete on policies_policyversion
  for each row execute function policy_version_frozen();

create function policy_row_frozen() returns trigger language plpgsql
set search_path = pg_catalog, public, pg_temp as $$
declare
  was jsonb := case when tg_op <> 'INSERT' then to_jsonb(old) end;
  becomes jsonb := case when tg_op <> 'DELETE' then to_jsonb(new) end;
  policy_keys bigint[];
  found record;
begin
  if tg_table_name = 'policies_approvalstage' then
    select array_agg(policy_id) into policy_keys from public.policies_approvalrule
     where id in ((was ->> 'rule_id')::bigint, (becomes ->> 'rule_id')::bigint);
  else
    policy_keys := array[(was ->> 'policy_id')::bigint, (becomes ->> 'policy_id')::bigint];
  end if;
  select kind, number, state into found from public.policies_policyversion
   where id = any(policy_keys) and state <> 'draft' limit 1;
  if found.state is not null then
    raise exception 'a row of policy %/%, which is %, is never edited; make a new draft',
      found.kind, found.number, found.state using errcode = '42501';
  end if;
  if tg_op = 'DELETE' then return old; end if;
  return new;
end $$;
"""
TABLES = ("approvalrule", "approvalstage", "matchtolerance", "dutypair", "exceptionroute")
TRIGGERS = "".join(
    f"create trigger policy_row_frozen before insert or update or delete on policies_{table}"
    " for each row execute function policy_row_frozen();\n"
    for table in TABLES
)
UNDO = "".join(f"drop trigger policy_row_frozen on policies_{table};\n" for table in TABLES) + (
    "drop trigger policy_version_frozen on policies_policyversion;\n"
    "drop function policy_row_frozen(); drop function policy_version_frozen();"
)


class Migration(migrations.Migration):

    dependencies = [
        ('policies', '0004_budgets'),
    ]

    operations = [
        migrations.AddField(
            model_name='policyversion',
            name='analysed_at',
            field=models.DateTimeField(null=True, help_text='when it was last analysed'),
        ),
        migrations.AddField(
            model_name='policyversion',
            name='analysed_version',
            field=models.PositiveIntegerField(null=True, help_text='the count of changes it was analysed at'),
        ),
        migrations.AddField(
            model_name='policyversion',
            name='analysed_blocking',
            field=models.PositiveIntegerField(null=True, help_text='findings that stand in the way of publication'),
        ),
        migrations.RunSQL(FROZEN + TRIGGERS, UNDO),
    ]
