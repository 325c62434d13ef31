/// `tls` as written.
struct DeclaredTLS: Sendable {
    var selfSigned: Bool
    var certificates: [DeclaredCertificate]
    /// Whether no certificate is named, not even a wrong one.
    var lacksCertificates: Bool
    var place: SourcePlace
}

struct DeclaredCertificate: Sendable {
    var certificateFile: Located<String>
    var keyFile: Located<String>
}

enum TLSForm {
    static let selfSigned = Field<Bool>.optional(
        "self_signed", .boolean, default: false, "Makes a certificate for trials where no file covers a name.")
    static let certificates = Field<[DeclaredCertificate]>.optional(
        "certificates", certificate.list(of: "certificates"), default: [],
        "The first is the default; the others are chosen by the name that a client asks for.")

    static let certificateFile = Field<String>.required(
        "certificate_file", .path, "The certificate and its chain, PEM; a relative path counts from this folder.")
    static let keyFile = Field<String>.required(
        "key_file", .path, "The private key, PEM; readable by its owner and group at most.")

    static let certificate = ValueForm<DeclaredCertificate>.object(
        "a certificate", [certificateFile, keyFile]
    ) { object in
        let parts = (object.located(certificateFile), object.located(keyFile))
        guard let certificate = parts.0, let key = parts.1 else { return nil }
        return DeclaredCertificate(certificateFile: certificate, keyFile: key)
    }

    static let form = ValueForm<DeclaredTLS>.object("tls", [selfSigned, certificates]) { object in
        let names = object.value(certificates) ?? []
        return DeclaredTLS(
            selfSigned: object.value(selfSigned) ?? false, certificates: names,
            lacksCertificates: names.isEmpty && !object.reading.isIncomplete, place: object.place)
    }
}
