-- What rules.sql does, as it is written by hand for a table in use.
ALTER TABLE "order_events" ADD CONSTRAINT "order_events_actor_present" CHECK ("actor" IS NOT NULL) NOT VALID;
ALTER TABLE "order_events" VALIDATE CONSTRAINT "order_events_actor_present";
ALTER TABLE "order_events" ALTER COLUMN "actor" SET NOT NULL;
ALTER TABLE "order_events" DROP CONSTRAINT "order_events_actor_present";

CREATE INDEX CONCURRENTLY "order_events_order_id_created_at_idx" ON "order_events"("order_id", "created_at" DESC);

ALTER TABLE "order_events" ADD CONSTRAINT "order_events_order_id_fkey" FOREIGN KEY ("order_id") REFERENCES "orders"("id") ON DELETE CASCADE ON UPDATE CASCADE NOT VALID;
ALTER TABLE "order_events" VALIDATE CONSTRAINT "order_events_order_id_fkey";
