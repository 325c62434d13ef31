/// A listener as written, with the places of what must be unique.
struct DeclaredListener: Sendable {
    var listener: ListenerConfiguration
    var namePlace: SourcePlace
    var portPlace: SourcePlace
}

enum ListenerForm {
    /// Listeners of one host.
    static let most = 64

    static let name = Field<String>.required("name", .listenerName, "Unique; the name of the passed socket.")
    static let service = Field<ListenerService>.required("service", .choice(), "What is spoken there.")
    static let address = Field<String>.required(
        "address", .ipAddress, "The address to bind; 0.0.0.0 for all IPv4 addresses of the machine, \"::\" for all IPv6 ones.")
    static let port = Field<Int>.required("port", .integer(1...65535), "The TCP port.")

    static let form = ValueForm<DeclaredListener>.object("a listener", [name, service, address, port]) { object in
        let parts = (object.located(name), object.value(service), object.value(address), object.located(port))
        guard let name = parts.0, let service = parts.1, let address = parts.2, let port = parts.3,
            let number = UInt16(exactly: port.value)
        else { return nil }
        return DeclaredListener(
            listener: ListenerConfiguration(
                position: object.place.position, name: name.value, service: service, address: address, port: number),
            namePlace: name.place, portPlace: port.place)
    }
}
