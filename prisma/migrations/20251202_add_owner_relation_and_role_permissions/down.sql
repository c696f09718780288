-- Takes back add_owner_relation_and_role_permissions.
-- PostgreSQL cannot remove a value from an enum: the type is made anew, after nobody uses the new values any more.

-- DropIndex
DROP INDEX "vendor_members_one_primary_key";

-- DropForeignKey
ALTER TABLE "vendors" DROP CONSTRAINT "vendors_owner_id_fkey";

-- DropIndex
DROP INDEX "vendors_owner_id_idx";

-- AlterTable
ALTER TABLE "users" DROP COLUMN "is_superuser";

-- AlterTable
ALTER TABLE "vendors" DROP COLUMN "owner_id",
DROP COLUMN "owner_since";

-- DropTable
DROP TABLE
    "permissions",
    "role_permissions",
    "user_permissions",
    "api_keys",
    "api_key_permissions",
    "impersonation_sessions";

-- DropEnum
DROP TYPE
    "PermissionEffect",
    "ApiKeyStatus";

-- An owner becomes a seller again. An agent was something else before, and which is not known: the least it could be.
UPDATE "users" SET "role" = 'VENDOR' WHERE "role" = 'VENDOR_OWNER';
UPDATE "users" SET "role" = 'CUSTOMER' WHERE "role" = 'SUPPORT_AGENT';

-- AlterEnum
ALTER TYPE "UserRole" RENAME TO "UserRole_old";
CREATE TYPE "UserRole" AS ENUM ('CUSTOMER', 'VENDOR', 'ADMIN');
ALTER TABLE "users" ALTER COLUMN "role" DROP DEFAULT,
ALTER COLUMN "role" SET DATA TYPE "UserRole" USING ("role"::text::"UserRole"),
ALTER COLUMN "role" SET DEFAULT 'CUSTOMER';
DROP TYPE "UserRole_old";
