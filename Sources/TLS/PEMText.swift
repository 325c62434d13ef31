internal import COpenSSL

/// PEM (RFC 7468) through libcrypto's memory BIOs.
enum PEMText {
    /// Octets of one PEM text.
    private static let longest = 16_384

    /// What `write` puts into a BIO.
    static func written(_ write: (OpaquePointer) -> CInt) throws(CertificateError) -> [UInt8] {
        guard let output = unsafe BIO_new(BIO_s_mem()) else { throw .library("no memory for PEM") }
        defer { unsafe BIO_free(output) }
        guard unsafe write(output) == 1 else { throw .library("PEM could not be written") }
        var octets = [UInt8](repeating: 0, count: longest)
        let count = unsafe BIO_read(output, &octets, CInt(octets.count))
        guard count > 0 else { throw .library("PEM could not be read back") }
        return Array(octets.prefix(Int(count)))
    }

    /// What `read` makes of a text.
    static func read<Result>(_ text: [UInt8], _ read: (OpaquePointer) -> Result) throws(CertificateError) -> Result {
        guard let input = unsafe BIO_new_mem_buf(text, CInt(text.count)) else { throw .library("no memory for PEM") }
        defer { unsafe BIO_free(input) }
        return unsafe read(input)
    }
}
