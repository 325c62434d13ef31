internal import CSystemd
internal import Glibc

/// One connection to the system bus, sd-bus(3). Its calls wait; it belongs to one thread.
@safe struct BusConnection: ~Copyable {
    /// How long systemd may take to answer a call; it answers jobs before they are done.
    static let deadline: UInt64 = 25_000_000

    private static let destination = "org.freedesktop.systemd1"
    private static let manager = "/org/freedesktop/systemd1"
    private static let managerInterface = "org.freedesktop.systemd1.Manager"

    private let bus: OpaquePointer

    init() throws(BusError) {
        var opened: OpaquePointer?
        let code = unsafe sd_bus_open_system(&opened)
        guard code >= 0, let bus = unsafe opened else { throw BusError(code: code, what: "the system bus") }
        unsafe self.bus = bus
        unsafe sd_bus_set_method_call_timeout(bus, Self.deadline)
    }

    deinit { unsafe sd_bus_flush_close_unref(bus) }

    /// Calls a method of systemd's manager whose arguments are strings.
    ///
    /// - Returns: the object path that it answers, where it answers one.
    @discardableResult
    borrowing func call(_ method: String, _ arguments: [String], answersPath: Bool = true) throws(BusError) -> String {
        var made: OpaquePointer?
        try Self.check(
            unsafe sd_bus_message_new_method_call(bus, &made, Self.destination, Self.manager, Self.managerInterface, method),
            method)
        guard let message = unsafe made else { throw BusError(code: -ENOMEM, what: method) }
        defer { unsafe sd_bus_message_unref(message) }
        for argument in arguments {
            try Self.check(
                unsafe argument.withCString { unsafe sd_bus_message_append_basic(message, CChar(bitPattern: 0x73), $0) }, method)
        }
        var failure = unsafe sd_bus_error()
        defer { unsafe sd_bus_error_free(&failure) }
        var answer: OpaquePointer?
        let code = unsafe sd_bus_call(bus, message, 0, &failure, &answer)
        guard code >= 0 else { throw unsafe BusError(code, failure, what: method + " " + arguments.joined(separator: " ")) }
        defer { unsafe sd_bus_message_unref(answer) }
        guard answersPath else { return "" }
        var path: UnsafePointer<CChar>?
        try Self.check(unsafe sd_bus_message_read_basic(answer, CChar(bitPattern: 0x6f), &path), method)
        return unsafe path.map { unsafe String(cString: $0) } ?? ""
    }

    /// A property of a unit that is a string.
    borrowing func text(_ property: String, of path: String, interface: String) throws(BusError) -> String {
        var failure = unsafe sd_bus_error()
        defer { unsafe sd_bus_error_free(&failure) }
        var value: UnsafeMutablePointer<CChar>?
        let code = unsafe sd_bus_get_property_string(bus, Self.destination, path, interface, property, &failure, &value)
        guard code >= 0, let text = unsafe value else { throw unsafe BusError(code, failure, what: property) }
        defer { unsafe free(text) }
        return unsafe String(cString: text)
    }

    /// A property that is an unsigned number of 32 (`u`) or 64 (`t`) bits.
    borrowing func number(_ property: String, of path: String, interface: String, isWide: Bool = false) throws(BusError) -> UInt64
    {
        var failure = unsafe sd_bus_error()
        defer { unsafe sd_bus_error_free(&failure) }
        var (narrow, wide): (UInt32, UInt64) = (0, 0)
        let code =
            isWide
            ? unsafe sd_bus_get_property_trivial(
                bus, Self.destination, path, interface, property, &failure, CChar(bitPattern: 0x74), &wide)
            : unsafe sd_bus_get_property_trivial(
                bus, Self.destination, path, interface, property, &failure, CChar(bitPattern: 0x75), &narrow)
        guard code >= 0 else { throw unsafe BusError(code, failure, what: property) }
        return isWide ? wide : UInt64(narrow)
    }

    private static func check(_ code: Int32, _ what: String) throws(BusError) {
        guard code < 0 else { return }
        throw BusError(code: code, what: what)
    }
}

/// systemd refused, or cannot be asked.
package struct BusError: Error, Sendable, CustomStringConvertible {
    /// An error number, positive.
    package let code: Int32
    /// As D-Bus names it: `org.freedesktop.systemd1.NoSuchUnit`; empty where the call did not get that far.
    package let name: String
    package let description: String

    init(code: Int32, what: String) {
        self.code = abs(code)
        name = ""
        description = "\(what): \(unsafe String(cString: strerror(abs(code))))"
    }

    init(_ code: Int32, _ error: sd_bus_error, what: String) {
        self.code = abs(code)
        name = unsafe error.name.map { unsafe String(cString: $0) } ?? ""
        let reason = unsafe error.message.map { unsafe String(cString: $0) } ?? String(cString: strerror(abs(code)))
        description = "\(what): \(reason)"
    }

    /// Whether there is no such object: a job that is done.
    var isNoSuchObject: Bool {
        ["org.freedesktop.DBus.Error.UnknownObject", "org.freedesktop.systemd1.NoSuchJob"].contains(name)
    }
}
