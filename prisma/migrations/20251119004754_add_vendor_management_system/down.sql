-- Takes back add_vendor_management_system. Products still name the user who sells them, so none loses its seller.

-- DropView
DROP VIEW "vendor_balances";

-- DropForeignKey
ALTER TABLE "products" DROP CONSTRAINT "products_vendor_id_fkey";

-- DropForeignKey
ALTER TABLE "order_items" DROP CONSTRAINT "order_items_vendor_id_fkey";

-- DropForeignKey
ALTER TABLE "refunds" DROP CONSTRAINT "refunds_vendor_id_fkey";

-- AlterTable
ALTER TABLE "products" DROP COLUMN "vendor_id";

-- AlterTable
ALTER TABLE "order_items" DROP COLUMN "commission_rate",
DROP COLUMN "vendor_id";

-- AlterTable
ALTER TABLE "refunds" DROP COLUMN "vendor_id",
DROP COLUMN "vendor_share";

-- DropTable
DROP TABLE
    "commission_plans",
    "commission_rules",
    "vendors",
    "vendor_members",
    "vendor_addresses",
    "vendor_bank_accounts",
    "vendor_documents",
    "vendor_verifications",
    "vendor_contracts",
    "vendor_slas",
    "sla_breaches",
    "vendor_holidays",
    "vendor_shipping_profiles",
    "vendor_reviews",
    "vendor_notes",
    "vendor_metrics",
    "payouts",
    "order_commissions",
    "vendor_ledger_entries";

-- DropEnum
DROP TYPE
    "VendorStatus",
    "VendorType",
    "VendorMemberRole",
    "VendorDocumentType",
    "VerificationStatus",
    "VerificationType",
    "ContractStatus",
    "SlaMetric",
    "CommissionBasis",
    "LedgerEntryType",
    "PayoutStatus";

-- DropFunction
DROP FUNCTION "reject_ledger_change"();
