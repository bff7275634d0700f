import KernelTraces

/// What the kernel says of its tracepoints and of its rings.
struct TracepointFolder {
    let tracefs: String

    /// The fields of a tracepoint, or `nil` where it is not there or cannot be understood.
    func fields(_ path: String) -> TracepointFields? {
        guard let bytes = bytes("\(path)/format"), let format = try? EventFormat(bytes) else {
            return nil
        }
        return TracepointFields(
            format.fields.map { ($0.name, $0.size) }, uniquingKeysWith: { first, _ in first })
    }

    /// The formats of tracepoints, as far as there are any.
    func formats(_ paths: [String]) throws(LinuxHostError) -> EventFormats {
        var formats = EventFormats()
        do {
            for path in paths {
                if let bytes = bytes("\(path)/format") { try formats.add(EventFormat(bytes)) }
            }
        } catch {
            throw .strangeDescription(error)
        }
        return formats
    }

    /// Where things are in a ring's sub-buffers.
    func layout(subBufferBytes: Int) throws(LinuxHostError) -> RingLayout {
        do {
            return try RingLayout(
                headerPage: bytes("header_page") ?? [], headerEvent: bytes("header_event") ?? [],
                subBufferBytes: subBufferBytes)
        } catch {
            throw .strangeDescription(error)
        }
    }

    private func bytes(_ name: String) -> [UInt8]? {
        guard case .success(let bytes) = HostFile.bytes("\(tracefs)/events/\(name)") else {
            return nil
        }
        return bytes
    }
}
