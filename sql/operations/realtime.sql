-- Clients may watch long work. Deletes carry only the key, because the replica identity is the primary key.
alter publication supabase_realtime add table public.background_jobs, public.provisioning_operations;
