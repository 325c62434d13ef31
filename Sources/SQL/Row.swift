internal import CSQLite
package import NIOCore

/// The row that a query stands on; valid only inside the closure that was given it. Columns count from 0.
///
/// Values are copied out. A column that is null reads as 0, empty text or no octets; `isNull` tells.
@safe package struct Row: ~Copyable {
    private let statement: OpaquePointer

    init(_ statement: borrowing StatementHandle) { unsafe self.statement = statement.pointer }

    private init(statement: OpaquePointer) { unsafe self.statement = statement }

    /// Another view of this row, for a type that wraps it; valid for as long as this one.
    package borrowing func again() -> Row { unsafe Row(statement: statement) }

    package borrowing func isNull(_ column: Int) -> Bool {
        unsafe sqlite3_column_type(statement, Int32(column)) == SQLITE_NULL
    }

    package borrowing func integer(_ column: Int) -> Int64 { unsafe sqlite3_column_int64(statement, Int32(column)) }

    package borrowing func real(_ column: Int) -> Double { unsafe sqlite3_column_double(statement, Int32(column)) }

    package borrowing func text(_ column: Int) -> String {
        unsafe withOctets(column) { octets in unsafe String(decoding: octets, as: UTF8.self) }
    }

    package borrowing func octets(_ column: Int) -> [UInt8] { unsafe withOctets(column) { octets in unsafe Array(octets) } }

    package borrowing func buffer(_ column: Int) -> ByteBuffer {
        unsafe withOctets(column) { octets in unsafe ByteBuffer(bytes: octets) }
    }

    /// Writes the column's octets behind what `buffer` holds.
    ///
    /// - Returns: how many.
    @discardableResult
    package borrowing func append(_ column: Int, to buffer: inout ByteBuffer) -> Int {
        unsafe withOctets(column) { octets in unsafe buffer.writeBytes(octets) }
    }

    package borrowing func optionalInteger(_ column: Int) -> Int64? { isNull(column) ? nil : integer(column) }

    package borrowing func optionalText(_ column: Int) -> String? { isNull(column) ? nil : text(column) }

    package borrowing func optionalBuffer(_ column: Int) -> ByteBuffer? { isNull(column) ? nil : buffer(column) }

    private borrowing func withOctets<Result>(_ column: Int, _ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        // The address must be asked for before the count (sqlite3_column_blob(3)).
        let address = unsafe sqlite3_column_blob(statement, Int32(column))
        let count = Int(unsafe sqlite3_column_bytes(statement, Int32(column)))
        return unsafe body(UnsafeRawBufferPointer(start: address, count: address == nil ? 0 : count))
    }
}
