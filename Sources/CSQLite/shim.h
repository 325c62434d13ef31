#ifndef MALAPOSTA_CSQLITE_SHIM_H
#define MALAPOSTA_CSQLITE_SHIM_H

#include <sqlite3.h>

// What Swift cannot import: sqlite3_db_config and sqlite3_config are variadic, and SQLITE_TRANSIENT is a cast.

/// Sets a switch of sqlite3_db_config(3) that takes an int.
static inline int malaposta_sqlite3_switch(sqlite3 *database, int option, int value) {
    return sqlite3_db_config(database, option, value, (int *)0);
}

/// Sets a switch of sqlite3_config(3) that takes an int. Before the first connection alone.
static inline int malaposta_sqlite3_library_switch(int option, int value) { return sqlite3_config(option, value); }

static inline int malaposta_sqlite3_bind_text(sqlite3_stmt *statement, int index, const void *octets, sqlite3_uint64 count) {
    return sqlite3_bind_text64(statement, index, (const char *)octets, count, SQLITE_TRANSIENT, SQLITE_UTF8);
}

static inline int malaposta_sqlite3_bind_blob(sqlite3_stmt *statement, int index, const void *octets, sqlite3_uint64 count) {
    return sqlite3_bind_blob64(statement, index, octets, count, SQLITE_TRANSIENT);
}

#endif
