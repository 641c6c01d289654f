-- The sequence that numbers a brand's customers is made by the owner of the tables, because the role of the
-- service can create nothing. The function makes that one sequence of a brand that exists, and nothing else.
do $do$ begin
  execute format($function$
    create function make_arrivals(brand uuid) returns void
      language plpgsql security definer set search_path = %I, pg_temp as $body$
    declare
      name text := 'arrivals_' || replace(brand::text, '-', '');
    begin
      if not exists (select from brands b where b.brand_id = brand) then
        raise exception 'There is no such brand.';
      end if;
      execute format('create sequence %%I', name);
      execute format('grant usage on sequence %%I to %%I', name, session_user);
    end $body$
  $function$, current_schema());
end $do$;
