-- CreateEnum
CREATE TYPE "PermissionEffect" AS ENUM ('ALLOW', 'DENY');

-- CreateEnum
CREATE TYPE "ApiKeyStatus" AS ENUM ('ACTIVE', 'REVOKED', 'EXPIRED');

-- AlterEnum
ALTER TYPE "UserRole" ADD VALUE 'VENDOR_OWNER';
ALTER TYPE "UserRole" ADD VALUE 'SUPPORT_AGENT';

-- AlterTable
ALTER TABLE "users" ADD COLUMN     "is_superuser" BOOLEAN NOT NULL DEFAULT false;

-- AlterTable
ALTER TABLE "vendors" ADD COLUMN     "owner_id" UUID,
ADD COLUMN     "owner_since" TIMESTAMPTZ(3);

-- CreateTable
CREATE TABLE "permissions" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "code" VARCHAR(80) NOT NULL,
    "resource" VARCHAR(60) NOT NULL,
    "action" VARCHAR(40) NOT NULL,
    "description" VARCHAR(300) NOT NULL,
    "is_sensitive" BOOLEAN NOT NULL DEFAULT false,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "permissions_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "role_permissions" (
    "role" "UserRole" NOT NULL,
    "permission_id" UUID NOT NULL,
    "granted_by_id" UUID,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "role_permissions_pkey" PRIMARY KEY ("role","permission_id")
);

-- CreateTable
CREATE TABLE "user_permissions" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "user_id" UUID NOT NULL,
    "permission_id" UUID NOT NULL,
    "effect" "PermissionEffect" NOT NULL DEFAULT 'ALLOW',
    "granted_by_id" UUID,
    "reason" VARCHAR(300),
    "expires_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "user_permissions_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "api_keys" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "owner_id" UUID NOT NULL,
    "vendor_id" UUID,
    "name" VARCHAR(120) NOT NULL,
    "prefix" VARCHAR(12) NOT NULL,
    "key_hash" VARCHAR(64) NOT NULL,
    "status" "ApiKeyStatus" NOT NULL DEFAULT 'ACTIVE',
    "role" "UserRole" NOT NULL DEFAULT 'VENDOR_OWNER',
    "last_used_at" TIMESTAMPTZ(3),
    "expires_at" TIMESTAMPTZ(3),
    "revoked_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "api_keys_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "api_key_permissions" (
    "api_key_id" UUID NOT NULL,
    "permission_id" UUID NOT NULL,

    CONSTRAINT "api_key_permissions_pkey" PRIMARY KEY ("api_key_id","permission_id")
);

-- CreateTable
CREATE TABLE "impersonation_sessions" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "agent_id" UUID NOT NULL,
    "subject_id" UUID NOT NULL,
    "ticket_id" UUID,
    "reason" VARCHAR(300) NOT NULL,
    "started_at" TIMESTAMPTZ(3) NOT NULL,
    "ended_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "impersonation_sessions_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "permissions_code_key" ON "permissions"("code");

-- CreateIndex
CREATE INDEX "role_permissions_permission_id_idx" ON "role_permissions"("permission_id");

-- CreateIndex
CREATE INDEX "role_permissions_granted_by_id_idx" ON "role_permissions"("granted_by_id");

-- CreateIndex
CREATE INDEX "user_permissions_permission_id_idx" ON "user_permissions"("permission_id");

-- CreateIndex
CREATE INDEX "user_permissions_granted_by_id_idx" ON "user_permissions"("granted_by_id");

-- CreateIndex
CREATE UNIQUE INDEX "user_permissions_user_id_permission_id_key" ON "user_permissions"("user_id", "permission_id");

-- CreateIndex
CREATE UNIQUE INDEX "api_keys_prefix_key" ON "api_keys"("prefix");

-- CreateIndex
CREATE UNIQUE INDEX "api_keys_key_hash_key" ON "api_keys"("key_hash");

-- CreateIndex
CREATE INDEX "api_keys_owner_id_idx" ON "api_keys"("owner_id");

-- CreateIndex
CREATE INDEX "api_keys_vendor_id_idx" ON "api_keys"("vendor_id");

-- CreateIndex
CREATE INDEX "api_key_permissions_permission_id_idx" ON "api_key_permissions"("permission_id");

-- CreateIndex
CREATE INDEX "impersonation_sessions_agent_id_idx" ON "impersonation_sessions"("agent_id");

-- CreateIndex
CREATE INDEX "impersonation_sessions_subject_id_idx" ON "impersonation_sessions"("subject_id");

-- CreateIndex
CREATE INDEX "impersonation_sessions_ticket_id_idx" ON "impersonation_sessions"("ticket_id");

-- CreateIndex
CREATE INDEX "vendors_owner_id_idx" ON "vendors"("owner_id");

-- The owner is the primary member or, where nobody is, whoever joined first.
UPDATE "vendors" v SET "owner_id" = m."user_id", "owner_since" = m."created_at"
FROM (
    SELECT DISTINCT ON ("vendor_id") "vendor_id", "user_id", "created_at"
    FROM "vendor_members"
    ORDER BY "vendor_id", "is_primary" DESC, "created_at"
) m
WHERE m."vendor_id" = v."id" AND v."owner_id" IS NULL;

-- AlterTable
ALTER TABLE "vendors" ALTER COLUMN "owner_id" SET NOT NULL;

-- An owner could so far do what every seller could; from now on, more.
UPDATE "users" SET "role" = 'VENDOR_OWNER'
WHERE "role" = 'VENDOR' AND "id" IN (SELECT "owner_id" FROM "vendors");

-- CreateIndex: one primary member for each vendor. Prisma does not model partial indexes.
CREATE UNIQUE INDEX "vendor_members_one_primary_key" ON "vendor_members"("vendor_id") WHERE "is_primary";

-- AddForeignKey
ALTER TABLE "vendors" ADD CONSTRAINT "vendors_owner_id_fkey" FOREIGN KEY ("owner_id") REFERENCES "users"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "role_permissions" ADD CONSTRAINT "role_permissions_permission_id_fkey" FOREIGN KEY ("permission_id") REFERENCES "permissions"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "role_permissions" ADD CONSTRAINT "role_permissions_granted_by_id_fkey" FOREIGN KEY ("granted_by_id") REFERENCES "users"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "user_permissions" ADD CONSTRAINT "user_permissions_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "user_permissions" ADD CONSTRAINT "user_permissions_permission_id_fkey" FOREIGN KEY ("permission_id") REFERENCES "permissions"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "user_permissions" ADD CONSTRAINT "user_permissions_granted_by_id_fkey" FOREIGN KEY ("granted_by_id") REFERENCES "users"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "api_keys" ADD CONSTRAINT "api_keys_owner_id_fkey" FOREIGN KEY ("owner_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "api_keys" ADD CONSTRAINT "api_keys_vendor_id_fkey" FOREIGN KEY ("vendor_id") REFERENCES "vendors"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "api_key_permissions" ADD CONSTRAINT "api_key_permissions_api_key_id_fkey" FOREIGN KEY ("api_key_id") REFERENCES "api_keys"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "api_key_permissions" ADD CONSTRAINT "api_key_permissions_permission_id_fkey" FOREIGN KEY ("permission_id") REFERENCES "permissions"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "impersonation_sessions" ADD CONSTRAINT "impersonation_sessions_agent_id_fkey" FOREIGN KEY ("agent_id") REFERENCES "users"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "impersonation_sessions" ADD CONSTRAINT "impersonation_sessions_subject_id_fkey" FOREIGN KEY ("subject_id") REFERENCES "users"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "impersonation_sessions" ADD CONSTRAINT "impersonation_sessions_ticket_id_fkey" FOREIGN KEY ("ticket_id") REFERENCES "support_tickets"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- What there is to permit, and who may by default.
INSERT INTO "permissions" ("code", "resource", "action", "description", "is_sensitive") VALUES
    ('product:read', 'product', 'read', 'See products that are not published yet', false),
    ('product:write', 'product', 'write', 'Create and edit products of one''s own vendor', false),
    ('product:publish', 'product', 'publish', 'Put products on sale', false),
    ('inventory:write', 'inventory', 'write', 'Adjust stock', false),
    ('order:read', 'order', 'read', 'See the orders of one''s own vendor', false),
    ('order:fulfil', 'order', 'fulfil', 'Pack, label and dispatch', false),
    ('order:cancel', 'order', 'cancel', 'Cancel an order before dispatch', false),
    ('refund:create', 'refund', 'create', 'Ask for a refund', false),
    ('refund:approve', 'refund', 'approve', 'Release a refund', true),
    ('payout:read', 'payout', 'read', 'See payouts and the ledger', true),
    ('payout:approve', 'payout', 'approve', 'Release a payout', true),
    ('vendor:write', 'vendor', 'write', 'Edit the profile of one''s own vendor', false),
    ('vendor:approve', 'vendor', 'approve', 'Approve or suspend a vendor', true),
    ('vendor:members', 'vendor', 'members', 'Invite and remove members', false),
    ('ticket:read', 'ticket', 'read', 'Read support tickets', false),
    ('ticket:reply', 'ticket', 'reply', 'Answer support tickets', false),
    ('user:read', 'user', 'read', 'See customers'' accounts', true),
    ('user:impersonate', 'user', 'impersonate', 'Act as a customer, recorded', true),
    ('apikey:manage', 'apikey', 'manage', 'Issue and revoke API keys', true),
    ('report:export', 'report', 'export', 'Export reports', false)
ON CONFLICT ("code") DO NOTHING;

INSERT INTO "role_permissions" ("role", "permission_id")
SELECT 'ADMIN', "id" FROM "permissions"
ON CONFLICT DO NOTHING;

INSERT INTO "role_permissions" ("role", "permission_id")
SELECT 'VENDOR', "id" FROM "permissions"
WHERE "code" IN ('product:read', 'product:write', 'inventory:write', 'order:read', 'order:fulfil', 'refund:create')
ON CONFLICT DO NOTHING;

INSERT INTO "role_permissions" ("role", "permission_id")
SELECT 'VENDOR_OWNER', "id" FROM "permissions"
WHERE "resource" IN ('product', 'inventory', 'order', 'apikey') OR "code" IN ('refund:create', 'payout:read', 'vendor:write', 'vendor:members', 'report:export')
ON CONFLICT DO NOTHING;

INSERT INTO "role_permissions" ("role", "permission_id")
SELECT 'SUPPORT_AGENT', "id" FROM "permissions"
WHERE "code" IN ('product:read', 'order:read', 'order:cancel', 'refund:create', 'ticket:read', 'ticket:reply', 'user:read')
ON CONFLICT DO NOTHING;
