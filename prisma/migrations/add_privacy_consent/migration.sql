-- CreateEnum
CREATE TYPE "LegalBasis" AS ENUM ('CONSENT', 'CONTRACT', 'LEGAL_OBLIGATION', 'LEGITIMATE_INTEREST', 'VITAL_INTEREST');

-- CreateEnum
CREATE TYPE "ConsentStatus" AS ENUM ('GRANTED', 'DENIED', 'WITHDRAWN');

-- CreateEnum
CREATE TYPE "ConsentSource" AS ENUM ('BANNER', 'ACCOUNT_SETTINGS', 'CHECKOUT', 'SUPPORT', 'IMPORT');

-- CreateEnum
CREATE TYPE "PrivacyRegime" AS ENUM ('GDPR', 'UK_GDPR', 'CCPA', 'LGPD');

-- CreateEnum
CREATE TYPE "DataRequestStatus" AS ENUM ('RECEIVED', 'VERIFYING', 'IN_PROGRESS', 'COMPLETED', 'REJECTED');

-- CreateEnum
CREATE TYPE "ExportFormat" AS ENUM ('JSON', 'CSV');

-- CreateEnum
CREATE TYPE "ErasureMethod" AS ENUM ('DELETE', 'ANONYMISE', 'RETAIN');

-- CreateEnum
CREATE TYPE "IncidentSeverity" AS ENUM ('LOW', 'MEDIUM', 'HIGH', 'CRITICAL');

-- AlterTable
ALTER TABLE "users" ADD COLUMN     "anonymised_at" TIMESTAMPTZ(3),
ADD COLUMN     "marketing_consent_at" TIMESTAMPTZ(3),
ADD COLUMN     "privacy_regime" "PrivacyRegime";

-- AlterTable
ALTER TABLE "audit_logs" ADD COLUMN     "is_personal_data" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN     "purpose_id" UUID;

-- CreateTable
CREATE TABLE "privacy_policies" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "version" VARCHAR(20) NOT NULL,
    "language_code" VARCHAR(10) NOT NULL,
    "regime" "PrivacyRegime" NOT NULL,
    "body" TEXT NOT NULL,
    "published_at" TIMESTAMPTZ(3),
    "effective_from" TIMESTAMPTZ(3) NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "privacy_policies_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "policy_acceptances" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "user_id" UUID NOT NULL,
    "policy_id" UUID NOT NULL,
    "ip_address" INET,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "policy_acceptances_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "consent_purposes" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "code" VARCHAR(60) NOT NULL,
    "name" VARCHAR(120) NOT NULL,
    "description" TEXT NOT NULL,
    "legal_basis" "LegalBasis" NOT NULL DEFAULT 'CONSENT',
    "is_required" BOOLEAN NOT NULL DEFAULT false,
    "position" INTEGER NOT NULL DEFAULT 0,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "consent_purposes_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "consent_records" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "user_id" UUID,
    "purpose_id" UUID NOT NULL,
    "policy_id" UUID,
    "visitor_id" VARCHAR(64),
    "status" "ConsentStatus" NOT NULL,
    "source" "ConsentSource" NOT NULL,
    "regime" "PrivacyRegime" NOT NULL DEFAULT 'GDPR',
    "ip_address" INET,
    "user_agent" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "consent_records_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "cookie_categories" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "purpose_id" UUID,
    "code" VARCHAR(40) NOT NULL,
    "name" VARCHAR(120) NOT NULL,
    "description" TEXT,
    "is_essential" BOOLEAN NOT NULL DEFAULT false,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "cookie_categories_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "cookie_definitions" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "category_id" UUID NOT NULL,
    "name" VARCHAR(120) NOT NULL,
    "provider" VARCHAR(120) NOT NULL,
    "duration_days" INTEGER,
    "purpose_text" VARCHAR(500) NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "cookie_definitions_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "cookie_preferences" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "user_id" UUID,
    "category_id" UUID NOT NULL,
    "visitor_id" VARCHAR(64) NOT NULL,
    "is_allowed" BOOLEAN NOT NULL DEFAULT false,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "cookie_preferences_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "data_export_requests" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "user_id" UUID NOT NULL,
    "handled_by_id" UUID,
    "regime" "PrivacyRegime" NOT NULL,
    "status" "DataRequestStatus" NOT NULL DEFAULT 'RECEIVED',
    "format" "ExportFormat" NOT NULL DEFAULT 'JSON',
    "download_url" TEXT,
    "due_at" TIMESTAMPTZ(3) NOT NULL,
    "completed_at" TIMESTAMPTZ(3),
    "expires_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "data_export_requests_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "data_erasure_requests" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "user_id" UUID,
    "handled_by_id" UUID,
    "subject_email_hash" VARCHAR(64) NOT NULL,
    "regime" "PrivacyRegime" NOT NULL,
    "status" "DataRequestStatus" NOT NULL DEFAULT 'RECEIVED',
    "rejection_reason" VARCHAR(300),
    "due_at" TIMESTAMPTZ(3) NOT NULL,
    "completed_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "data_erasure_requests_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "retention_policies" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "code" VARCHAR(60) NOT NULL,
    "data_category" VARCHAR(120) NOT NULL,
    "retention_days" INTEGER NOT NULL,
    "method" "ErasureMethod" NOT NULL DEFAULT 'DELETE',
    "legal_reference" VARCHAR(200),
    "is_active" BOOLEAN NOT NULL DEFAULT true,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "retention_policies_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "erasure_tasks" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "request_id" UUID NOT NULL,
    "retention_policy_id" UUID,
    "table_name" VARCHAR(80) NOT NULL,
    "method" "ErasureMethod" NOT NULL,
    "rows_affected" INTEGER,
    "completed_at" TIMESTAMPTZ(3),
    "error" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "erasure_tasks_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "data_processors" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "name" VARCHAR(160) NOT NULL,
    "country_code" CHAR(2) NOT NULL,
    "service" VARCHAR(200) NOT NULL,
    "agreement_signed_on" DATE,
    "transfer_mechanism" VARCHAR(120),
    "is_active" BOOLEAN NOT NULL DEFAULT true,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "data_processors_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "processing_activities" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "code" VARCHAR(60) NOT NULL,
    "name" VARCHAR(160) NOT NULL,
    "purpose_id" UUID,
    "owner_id" UUID,
    "retention_policy_id" UUID,
    "legal_basis" "LegalBasis" NOT NULL,
    "data_categories" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "data_subjects" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "last_reviewed_on" DATE,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "processing_activities_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "processing_activity_processors" (
    "activity_id" UUID NOT NULL,
    "processor_id" UUID NOT NULL,

    CONSTRAINT "processing_activity_processors_pkey" PRIMARY KEY ("activity_id","processor_id")
);

-- CreateTable
CREATE TABLE "sale_opt_outs" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "user_id" UUID,
    "email" VARCHAR(320),
    "visitor_id" VARCHAR(64),
    "is_global_privacy_control" BOOLEAN NOT NULL DEFAULT false,
    "revoked_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "sale_opt_outs_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "privacy_incidents" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "incident_number" VARCHAR(32) NOT NULL,
    "reported_by_id" UUID,
    "processor_id" UUID,
    "severity" "IncidentSeverity" NOT NULL,
    "summary" TEXT NOT NULL,
    "affected_users" INTEGER NOT NULL DEFAULT 0,
    "discovered_at" TIMESTAMPTZ(3) NOT NULL,
    "authority_notified_at" TIMESTAMPTZ(3),
    "closed_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "privacy_incidents_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "privacy_policies_language_code_idx" ON "privacy_policies"("language_code");

-- CreateIndex
CREATE UNIQUE INDEX "privacy_policies_version_language_code_regime_key" ON "privacy_policies"("version", "language_code", "regime");

-- CreateIndex
CREATE INDEX "policy_acceptances_policy_id_idx" ON "policy_acceptances"("policy_id");

-- CreateIndex
CREATE UNIQUE INDEX "policy_acceptances_user_id_policy_id_key" ON "policy_acceptances"("user_id", "policy_id");

-- CreateIndex
CREATE UNIQUE INDEX "consent_purposes_code_key" ON "consent_purposes"("code");

-- CreateIndex
CREATE INDEX "consent_records_user_id_purpose_id_created_at_idx" ON "consent_records"("user_id", "purpose_id", "created_at" DESC);

-- CreateIndex
CREATE INDEX "consent_records_visitor_id_idx" ON "consent_records"("visitor_id");

-- CreateIndex
CREATE INDEX "consent_records_purpose_id_idx" ON "consent_records"("purpose_id");

-- CreateIndex
CREATE INDEX "consent_records_policy_id_idx" ON "consent_records"("policy_id");

-- CreateIndex
CREATE UNIQUE INDEX "cookie_categories_code_key" ON "cookie_categories"("code");

-- CreateIndex
CREATE INDEX "cookie_categories_purpose_id_idx" ON "cookie_categories"("purpose_id");

-- CreateIndex
CREATE INDEX "cookie_definitions_category_id_idx" ON "cookie_definitions"("category_id");

-- CreateIndex
CREATE UNIQUE INDEX "cookie_definitions_name_provider_key" ON "cookie_definitions"("name", "provider");

-- CreateIndex
CREATE INDEX "cookie_preferences_user_id_idx" ON "cookie_preferences"("user_id");

-- CreateIndex
CREATE UNIQUE INDEX "cookie_preferences_visitor_id_category_id_key" ON "cookie_preferences"("visitor_id", "category_id");

-- CreateIndex
CREATE INDEX "data_export_requests_status_due_at_idx" ON "data_export_requests"("status", "due_at");

-- CreateIndex
CREATE INDEX "data_export_requests_user_id_idx" ON "data_export_requests"("user_id");

-- CreateIndex
CREATE INDEX "data_export_requests_handled_by_id_idx" ON "data_export_requests"("handled_by_id");

-- CreateIndex
CREATE INDEX "data_erasure_requests_status_due_at_idx" ON "data_erasure_requests"("status", "due_at");

-- CreateIndex
CREATE INDEX "data_erasure_requests_user_id_idx" ON "data_erasure_requests"("user_id");

-- CreateIndex
CREATE INDEX "data_erasure_requests_handled_by_id_idx" ON "data_erasure_requests"("handled_by_id");

-- CreateIndex
CREATE UNIQUE INDEX "retention_policies_code_key" ON "retention_policies"("code");

-- CreateIndex
CREATE INDEX "erasure_tasks_retention_policy_id_idx" ON "erasure_tasks"("retention_policy_id");

-- CreateIndex
CREATE UNIQUE INDEX "erasure_tasks_request_id_table_name_key" ON "erasure_tasks"("request_id", "table_name");

-- CreateIndex
CREATE UNIQUE INDEX "data_processors_name_key" ON "data_processors"("name");

-- CreateIndex
CREATE INDEX "data_processors_country_code_idx" ON "data_processors"("country_code");

-- CreateIndex
CREATE UNIQUE INDEX "processing_activities_code_key" ON "processing_activities"("code");

-- CreateIndex
CREATE INDEX "processing_activities_purpose_id_idx" ON "processing_activities"("purpose_id");

-- CreateIndex
CREATE INDEX "processing_activities_owner_id_idx" ON "processing_activities"("owner_id");

-- CreateIndex
CREATE INDEX "processing_activities_retention_policy_id_idx" ON "processing_activities"("retention_policy_id");

-- CreateIndex
CREATE INDEX "processing_activity_processors_processor_id_idx" ON "processing_activity_processors"("processor_id");

-- CreateIndex
CREATE INDEX "sale_opt_outs_email_idx" ON "sale_opt_outs"("email");

-- CreateIndex
CREATE INDEX "sale_opt_outs_user_id_idx" ON "sale_opt_outs"("user_id");

-- CreateIndex
CREATE UNIQUE INDEX "privacy_incidents_incident_number_key" ON "privacy_incidents"("incident_number");

-- CreateIndex
CREATE INDEX "privacy_incidents_reported_by_id_idx" ON "privacy_incidents"("reported_by_id");

-- CreateIndex
CREATE INDEX "privacy_incidents_processor_id_idx" ON "privacy_incidents"("processor_id");

-- AddForeignKey
ALTER TABLE "audit_logs" ADD CONSTRAINT "audit_logs_purpose_id_fkey" FOREIGN KEY ("purpose_id") REFERENCES "consent_purposes"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "privacy_policies" ADD CONSTRAINT "privacy_policies_language_code_fkey" FOREIGN KEY ("language_code") REFERENCES "languages"("code") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "policy_acceptances" ADD CONSTRAINT "policy_acceptances_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "policy_acceptances" ADD CONSTRAINT "policy_acceptances_policy_id_fkey" FOREIGN KEY ("policy_id") REFERENCES "privacy_policies"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "consent_records" ADD CONSTRAINT "consent_records_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "consent_records" ADD CONSTRAINT "consent_records_purpose_id_fkey" FOREIGN KEY ("purpose_id") REFERENCES "consent_purposes"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "consent_records" ADD CONSTRAINT "consent_records_policy_id_fkey" FOREIGN KEY ("policy_id") REFERENCES "privacy_policies"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "cookie_categories" ADD CONSTRAINT "cookie_categories_purpose_id_fkey" FOREIGN KEY ("purpose_id") REFERENCES "consent_purposes"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "cookie_definitions" ADD CONSTRAINT "cookie_definitions_category_id_fkey" FOREIGN KEY ("category_id") REFERENCES "cookie_categories"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "cookie_preferences" ADD CONSTRAINT "cookie_preferences_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "cookie_preferences" ADD CONSTRAINT "cookie_preferences_category_id_fkey" FOREIGN KEY ("category_id") REFERENCES "cookie_categories"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "data_export_requests" ADD CONSTRAINT "data_export_requests_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "data_export_requests" ADD CONSTRAINT "data_export_requests_handled_by_id_fkey" FOREIGN KEY ("handled_by_id") REFERENCES "users"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "data_erasure_requests" ADD CONSTRAINT "data_erasure_requests_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "data_erasure_requests" ADD CONSTRAINT "data_erasure_requests_handled_by_id_fkey" FOREIGN KEY ("handled_by_id") REFERENCES "users"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "erasure_tasks" ADD CONSTRAINT "erasure_tasks_request_id_fkey" FOREIGN KEY ("request_id") REFERENCES "data_erasure_requests"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "erasure_tasks" ADD CONSTRAINT "erasure_tasks_retention_policy_id_fkey" FOREIGN KEY ("retention_policy_id") REFERENCES "retention_policies"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "data_processors" ADD CONSTRAINT "data_processors_country_code_fkey" FOREIGN KEY ("country_code") REFERENCES "countries"("code") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "processing_activities" ADD CONSTRAINT "processing_activities_purpose_id_fkey" FOREIGN KEY ("purpose_id") REFERENCES "consent_purposes"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "processing_activities" ADD CONSTRAINT "processing_activities_owner_id_fkey" FOREIGN KEY ("owner_id") REFERENCES "users"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "processing_activities" ADD CONSTRAINT "processing_activities_retention_policy_id_fkey" FOREIGN KEY ("retention_policy_id") REFERENCES "retention_policies"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "processing_activity_processors" ADD CONSTRAINT "processing_activity_processors_activity_id_fkey" FOREIGN KEY ("activity_id") REFERENCES "processing_activities"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "processing_activity_processors" ADD CONSTRAINT "processing_activity_processors_processor_id_fkey" FOREIGN KEY ("processor_id") REFERENCES "data_processors"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "sale_opt_outs" ADD CONSTRAINT "sale_opt_outs_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "privacy_incidents" ADD CONSTRAINT "privacy_incidents_reported_by_id_fkey" FOREIGN KEY ("reported_by_id") REFERENCES "users"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "privacy_incidents" ADD CONSTRAINT "privacy_incidents_processor_id_fkey" FOREIGN KEY ("processor_id") REFERENCES "data_processors"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddCheckConstraint
ALTER TABLE "retention_policies" ADD CONSTRAINT "retention_policies_days_positive" CHECK ("retention_days" > 0);

-- The purposes that the consent banner asks about, and the cookies and periods that go with them.
INSERT INTO "consent_purposes" ("code", "name", "description", "legal_basis", "is_required", "position") VALUES
    ('essential', 'Strictly necessary', 'Sign-in, cart, payment and fraud prevention.', 'CONTRACT', true, 0),
    ('preferences', 'Preferences', 'Remembers language, currency and theme.', 'CONSENT', false, 1),
    ('analytics', 'Analytics', 'Measures how the shop is used.', 'CONSENT', false, 2),
    ('personalisation', 'Personalisation', 'Recommendations from what was viewed and bought.', 'CONSENT', false, 3),
    ('marketing_email', 'Marketing by e-mail', 'Newsletters and offers.', 'CONSENT', false, 4),
    ('advertising', 'Advertising', 'Ads of vendors on and off the marketplace.', 'CONSENT', false, 5)
ON CONFLICT ("code") DO NOTHING;

INSERT INTO "cookie_categories" ("purpose_id", "code", "name", "is_essential")
SELECT "id", "code", "name", "is_required" FROM "consent_purposes"
WHERE "code" <> 'marketing_email'
ON CONFLICT ("code") DO NOTHING;

INSERT INTO "retention_policies" ("code", "data_category", "retention_days", "method", "legal_reference") VALUES
    ('orders', 'Orders and invoices', 3650, 'RETAIN', 'Commercial and tax law, ten years'),
    ('accounts', 'Closed accounts', 30, 'ANONYMISE', 'Article 17 GDPR'),
    ('sessions', 'Sessions and login attempts', 90, 'DELETE', NULL),
    ('support', 'Support tickets', 1095, 'ANONYMISE', NULL),
    ('search', 'Search queries', 180, 'DELETE', NULL),
    ('consents', 'Proof of consent', 1825, 'RETAIN', 'Article 7(1) GDPR')
ON CONFLICT ("code") DO NOTHING;

-- Opt-ins given before there were consent records. One row for every subscribed customer.
INSERT INTO "consent_records" ("user_id", "purpose_id", "status", "source", "regime", "created_at")
SELECT u."id", p."id", 'GRANTED', 'IMPORT', 'GDPR', u."created_at"
FROM "users" u
CROSS JOIN "consent_purposes" p
WHERE p."code" = 'marketing_email'
  AND u."marketing_opt_in"
  AND u."deleted_at" IS NULL
  AND NOT EXISTS (
      SELECT 1 FROM "consent_records" c WHERE c."user_id" = u."id" AND c."purpose_id" = p."id"
  );

UPDATE "users" SET "marketing_consent_at" = "created_at"
WHERE "marketing_opt_in" AND "marketing_consent_at" IS NULL;
