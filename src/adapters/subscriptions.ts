/**
 * Drops every subscription of the session's database, which must be a copy: it cannot be dropped before. The slots that they name are the
 * original's, so nobody is told. A role that may have made none finds none.
 */
export const DROP_SUBSCRIPTIONS = `DO $$
DECLARE subscription name;
BEGIN
  FOR subscription IN SELECT s.subname FROM pg_subscription s JOIN pg_database d ON d.oid = s.subdbid WHERE d.datname = current_database()
  LOOP
    EXECUTE format('ALTER SUBSCRIPTION %I DISABLE', subscription);
    EXECUTE format('ALTER SUBSCRIPTION %I SET (slot_name = NONE)', subscription);
    EXECUTE format('DROP SUBSCRIPTION %I', subscription);
  END LOOP;
END $$`;
