/** What people are asked, and what they answered. */

/** What the ids of members of Slack begin with. */
export const SLACK_PERSON = 'slack:';

/** A person as the audit trail names them. `id` is namespaced by its source: `slack:U024BE7LH`, `cli:alice`. */
export interface Person {
  id: string;
  name: string;
}

/** What a person decides on: the digest of everything they were shown. */
export interface ApprovalRequest {
  kind: 'deploy' | 'rollback';
  /** The digests of plan, schema and backup (for a rollback: of what it would undo and lose), 128 bits of each, joined. */
  bindingDigest: string;
  required: number;
  /** ISO 8601. */
  requestedAt: string;
  expiresAt: string;
  /** Shown with the request: what a yes would cost. */
  note: string | null;
}

export interface Decision {
  deploymentId: string;
  bindingDigest: string;
  person: Person;
  verdict: 'approve' | 'reject' | 'abort';
  reason: string | null;
  /** ISO 8601. */
  decidedAt: string;
}

/** A decision with the HMAC-SHA256 (hex) of its canonical JSON: any client of a namespace can send an update, few can sign one. */
export interface SignedDecision {
  decision: Decision;
  signature: string;
}

/** What the person who decided hears at once. */
export interface DecisionReceipt {
  state: 'waiting' | 'approved' | 'rejected';
  approvals: number;
  required: number;
}

/** One line of the audit trail, refused decisions included. */
export interface AuditEntry {
  at: string;
  person: Person;
  verdict: Decision['verdict'];
  accepted: boolean;
  reason: string | null;
}
