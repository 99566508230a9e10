"""The number sequence, the audit chain and the function that checks state arrows."""

from django.db import migrations

SQL = """
create sequence crossdock_number start 100001;

create function crossdock_check_edge() returns trigger language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $$
declare was text := to_jsonb(old) ->> tg_argv[0]; becomes text := to_jsonb(new) ->> tg_argv[0];
begin
  if not exists (select 1 from public.foundation_stateedge e
                 where e.tbl = tg_table_name || '.' || tg_argv[0] and e.source = was and e.target = becomes) then
    raise exception 'no arrow % -> % on %.%', was, becomes, tg_table_name, tg_argv[0]
      using errcode = '23514', constraint = 'state_edge';
  end if;
  return new;
end $$;

insert into foundation_audithead (chain, seq, hash) values (1, 0, sha256('crossdock'::bytea));

create function audit_canonical(e foundation_auditevent) returns jsonb language sql stable
set search_path = pg_catalog, public, pg_temp as $$
  select jsonb_build_array(e.chain, e.seq, extract(epoch from e.at)::text, e.actor_id, e.on_behalf_of_id, e.action,
    e.object_type, e.object_id, e.object_number, e.request_id, e.address, e.policy_version, e.data) $$;

create function audit_chain() returns trigger language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $$
declare h public.foundation_audithead;
begin
  select * into h from public.foundation_audithead where chain = new.chain for no key update;
  if not found then raise exception 'no audit chain %', new.chain; end if;
  new.seq := h.seq + 1; new.prev_hash := h.hash; new.at := clock_timestamp();
  new.hash := sha256(h.hash || convert_to(public.audit_canonical(new)::text, 'UTF8'));
  update public.foundation_audithead set seq = new.seq, hash = new.hash where chain = new.chain;
  return new;
end $$;
create trigger audit_chain before insert on foundation_auditevent for each row execute function audit_chain();

create function audit_frozen() returns trigger language plpgsql as $$
begin raise exception 'the audit log is append-only' using errcode = '42501'; end $$;
create trigger audit_frozen before update or delete on foundation_auditevent
  for each row execute function audit_frozen();
create trigger audit_no_truncate before truncate on foundation_auditevent
  for each statement execute function audit_frozen();

do $$ begin
  if not exists (select 1 from pg_roles where rolname = 'portal_rw') then create role portal_rw nologin; end if;
end $$;
do $$ begin
  if not pg_has_role(current_user, 'portal_rw', 'member') then execute format('grant portal_rw to %I', current_user); end if;
end $$;
"""

UNDO = """
drop trigger audit_no_truncate on foundation_auditevent;
drop trigger audit_frozen on foundation_auditevent;
drop trigger audit_chain on foundation_auditevent;
drop function audit_frozen(); drop function audit_chain(); drop function audit_canonical(foundation_auditevent);
drop function crossdock_check_edge() cascade;
drop sequence crossdock_number;
delete from foundation_audithead;
"""


class Migration(migrations.Migration):
    dependencies = [("foundation", "0001_initial")]
    operations = [migrations.RunSQL(SQL, UNDO)]
