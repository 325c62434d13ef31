internal import SQL

/// The schema of mailbox.db, step by step. Every table has the account in its key: in SQLite a file holds one account, number 1;
/// on a database that nodes share it holds many.
///
/// Numbers of messages, folders, blobs and threads, and mod-sequences come from one counter of the account.
enum Schema {
    static let migrations = [Migration(version: 1, script: first)]

    private static let first = """
        -- Counters, and what they were promised up to (`reserved`): see Reservation.swift. `boot` is the run of the machine that
        -- wrote last.
        CREATE TABLE accounts (
            account BIGINT NOT NULL PRIMARY KEY, id OCTETS NOT NULL, boot TEXT NOT NULL, created BIGINT NOT NULL,
            last_number BIGINT NOT NULL, reserved_number BIGINT NOT NULL, last_uid_validity BIGINT NOT NULL,
            octets BIGINT NOT NULL, messages BIGINT NOT NULL);

        -- parent 0 is the root. `trashed`: when the user threw the folder away, else null.
        CREATE TABLE folders (
            account BIGINT NOT NULL, folder BIGINT NOT NULL, parent BIGINT NOT NULL, name TEXT NOT NULL, special_use TEXT,
            uid_validity BIGINT NOT NULL, uid_next BIGINT NOT NULL, uid_reserved BIGINT NOT NULL, uid_recent BIGINT NOT NULL,
            highest BIGINT NOT NULL, forgotten BIGINT NOT NULL, messages BIGINT NOT NULL, unseen BIGINT NOT NULL,
            deleted BIGINT NOT NULL, octets BIGINT NOT NULL, trashed BIGINT,
            PRIMARY KEY (account, folder));
        CREATE UNIQUE INDEX folders_by_name ON folders (account, parent, name);
        -- Paths, names joined by U+001F; also of folders that are not there (RFC 9051 §6.3.7).
        CREATE TABLE subscriptions (account BIGINT NOT NULL, path TEXT NOT NULL, PRIMARY KEY (account, path)) CLUSTERED;

        -- A message in its home folder. The sort keys of lists lie here, everything larger with the blob. `tags`: names in order,
        -- joined by spaces, null for none. `received` and `trashed` in seconds since 1970. `unseen` repeats a flag, so that a change of
        -- the others leaves the index of unseen messages alone.
        CREATE TABLE messages (
            account BIGINT NOT NULL, folder BIGINT NOT NULL, uid BIGINT NOT NULL, modseq BIGINT NOT NULL, flags BIGINT NOT NULL,
            unseen BIGINT NOT NULL CHECK (unseen = 1 - flags % 2), tags TEXT, received BIGINT NOT NULL, size BIGINT NOT NULL,
            header_size BIGINT NOT NULL, message BIGINT NOT NULL, blob BIGINT NOT NULL, thread BIGINT NOT NULL, trashed BIGINT,
            subject_key TEXT NOT NULL, sender_key TEXT NOT NULL,
            PRIMARY KEY (account, folder, uid)) CLUSTERED;
        CREATE UNIQUE INDEX messages_by_number ON messages (account, message);
        CREATE INDEX messages_by_change ON messages (account, folder, modseq);
        CREATE INDEX messages_by_date ON messages (account, folder, received, uid);
        CREATE INDEX messages_by_subject ON messages (account, folder, subject_key, uid);
        CREATE INDEX messages_by_sender ON messages (account, folder, sender_key, uid);
        CREATE INDEX messages_by_size ON messages (account, folder, size, uid);
        CREATE INDEX messages_by_thread ON messages (account, thread, folder, received, uid);
        CREATE INDEX messages_by_blob ON messages (account, blob);
        CREATE INDEX messages_unseen ON messages (account, folder, received, uid) WHERE unseen = 1;
        CREATE INDEX messages_trashed ON messages (account, trashed, folder, uid) WHERE trashed IS NOT NULL;
        -- UIDs that are gone, for QRESYNC and ActiveSync.
        CREATE TABLE expunged (
            account BIGINT NOT NULL, folder BIGINT NOT NULL, modseq BIGINT NOT NULL, uid BIGINT NOT NULL,
            PRIMARY KEY (account, folder, modseq, uid)) CLUSTERED;

        -- A message file, and how many messages share it. `file`: the 16 octets that its name spells in hexadecimal.
        CREATE TABLE blobs (
            account BIGINT NOT NULL, blob BIGINT NOT NULL, file OCTETS NOT NULL, links BIGINT NOT NULL, size BIGINT NOT NULL,
            PRIMARY KEY (account, blob)) CLUSTERED;
        CREATE UNIQUE INDEX blobs_by_file ON blobs (account, file);
        -- Files that no row names any more; unlinked once that is on disk.
        CREATE TABLE doomed_files (account BIGINT NOT NULL, file OCTETS NOT NULL, PRIMARY KEY (account, file)) CLUSTERED;
        -- What is known of a blob's message without opening it. Address lists: see AddressColumn.swift; lists of ids: joined by
        -- spaces. `sent` in seconds since 1970 with its zone in minutes. Not clustered: of such a row, most would lie in a page of
        -- its own.
        CREATE TABLE summaries (
            account BIGINT NOT NULL, blob BIGINT NOT NULL, sent BIGINT, sent_zone BIGINT, from_list TEXT NOT NULL, sender_list TEXT,
            reply_to_list TEXT, to_list TEXT, cc_list TEXT, bcc_list TEXT, subject TEXT NOT NULL, preview TEXT NOT NULL,
            attachments BIGINT NOT NULL, priority BIGINT NOT NULL, message_id TEXT, in_reply_to TEXT, reference_list TEXT,
            receipt_to_list TEXT, list_id TEXT, envelope OCTETS NOT NULL, structure OCTETS NOT NULL, body OCTETS NOT NULL,
            PRIMARY KEY (account, blob));
        CREATE TABLE attachments (
            account BIGINT NOT NULL, blob BIGINT NOT NULL, position BIGINT NOT NULL, part TEXT NOT NULL, name TEXT NOT NULL,
            type TEXT NOT NULL, size BIGINT NOT NULL, content_id TEXT, inline_part BIGINT NOT NULL,
            part_index BIGINT NOT NULL, PRIMARY KEY (account, blob, position)) CLUSTERED;

        -- Whose answers belong where: digests of Message-IDs and of base subjects.
        CREATE TABLE thread_identifiers (
            account BIGINT NOT NULL, identifier BIGINT NOT NULL, thread BIGINT NOT NULL,
            PRIMARY KEY (account, identifier)) CLUSTERED;
        CREATE INDEX thread_identifiers_by_thread ON thread_identifiers (account, thread);
        CREATE TABLE thread_subjects (
            account BIGINT NOT NULL, subject BIGINT NOT NULL, thread BIGINT NOT NULL, latest BIGINT NOT NULL,
            PRIMARY KEY (account, subject)) CLUSTERED;
        CREATE INDEX thread_subjects_by_thread ON thread_subjects (account, thread);
        -- A thread as a folder's list shows it.
        CREATE TABLE folder_threads (
            account BIGINT NOT NULL, folder BIGINT NOT NULL, thread BIGINT NOT NULL, latest BIGINT NOT NULL,
            messages BIGINT NOT NULL, unread BIGINT NOT NULL, PRIMARY KEY (account, folder, thread)) CLUSTERED;
        CREATE INDEX folder_threads_by_date ON folder_threads (account, folder, latest, thread);
        CREATE INDEX folder_threads_unread ON folder_threads (account, folder, latest, thread) WHERE unread > 0;

        CREATE TABLE tags (
            account BIGINT NOT NULL, tag TEXT NOT NULL, title TEXT NOT NULL, color TEXT NOT NULL, PRIMARY KEY (account, tag)) CLUSTERED;
        CREATE TABLE message_tags (
            account BIGINT NOT NULL, folder BIGINT NOT NULL, tag TEXT NOT NULL, uid BIGINT NOT NULL,
            PRIMARY KEY (account, folder, tag, uid)) CLUSTERED;
        CREATE TABLE comments (
            account BIGINT NOT NULL, message BIGINT NOT NULL, comment TEXT NOT NULL, PRIMARY KEY (account, message)) CLUSTERED;
        CREATE TABLE settings (
            account BIGINT NOT NULL, name TEXT NOT NULL, setting TEXT NOT NULL, PRIMARY KEY (account, name)) CLUSTERED;

        -- Deliveries that were taken, by their digest; `taken` in seconds since 1970.
        CREATE TABLE deliveries (
            account BIGINT NOT NULL, delivery OCTETS NOT NULL, message BIGINT NOT NULL, taken BIGINT NOT NULL,
            PRIMARY KEY (account, delivery)) CLUSTERED;
        CREATE INDEX deliveries_by_age ON deliveries (account, taken);
        """
}
