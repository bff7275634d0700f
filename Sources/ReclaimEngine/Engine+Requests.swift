import PhysicalMemory
import TraceCore

/// Records: from the request to the release (engine specification 4.1, 4.2, 4.9).
extension Engine {
    /// A record reaches encryption on a CPU.
    mutating func arrive(_ request: Input.Request, cause: UInt64) {
        workers[request.cpu].served.requests += 1
        if request.anonymous {
            workers[request.cpu].served.anonymous += 1
            if workers[request.cpu].blocked.isEmpty {
                occupyWorker(request.cpu, model.encryptRecordNs)
            } else {
                workers[request.cpu].anonymousBehind += 1
            }
            return
        }
        let record = records.insert(
            Record(
                handle: request.handle, cpu: request.cpu, freeCpu: request.freeCpu,
                pages: request.pages, releaseNs: nowNs + request.lifetimeNs))
        if workers[request.cpu].blocked.isEmpty {
            serve(record, cause: cause)
        } else {
            workers[request.cpu].blocked.append(record)
        }
    }

    /// Finds a place to encrypt a record into: a buffer, or else single pages.
    private mutating func serve(_ number: Int32, cause: UInt64) {
        let cpu = Int(records[number].cpu)
        if let page = allocateBuffer(number, cpu: cpu, cause: cause) {
            records[number].hasBuffer = true
            records[number].pages[0] = Int32(page)
            records[number].pagesHeld = UInt8(MemoryGeometry.bufferPages)
            inUse[host.domainOfCpu[cpu]] += 1
            hold(number)
        } else {
            workers[cpu].served.fallback += 1
            fallBack(number)
        }
    }

    /// `ktls_buffer_alloc` (engine specification 4.2).
    private mutating func allocateBuffer(_ number: Int32, cpu: Int, cause: UInt64) -> Int? {
        guard records[number].pagesWanted > 2 else {
            workers[cpu].served.small += 1
            return nil
        }
        guard policy.definition.usesZone else { return nil }
        let limiter = limiter(ofCpu: cpu)
        let present = memory.ticks
        let elapsed = KernelTicks.elapsed(from: workers[limiter].lastFailTicks, to: present)
        guard elapsed >= UInt32(model.hz) else {
            workers[cpu].served.limited += 1
            recordLimited(
                handle: records[number].handle, cpu: cpu,
                ticksLeft: model.hz - Int64(elapsed), cause: cause)
            return nil
        }
        if let page = allocateFromZone(cpu: cpu, handle: records[number].handle, cause: cause) {
            return page
        }
        workers[cpu].served.failed += 1
        workers[limiter].lastFailTicks = present
        let failure = recordFailure(cpu: cpu, cause: detail >= 1 ? cause : 0)
        wakeHelper(domain: host.domainOfCpu[cpu], fromCpu: cpu, cause: failure)
        return nil
    }

    /// The worker whose last failure limits this one: itself, or where a lab policy says so the
    /// first of the domain.
    private func limiter(ofCpu cpu: Int) -> Int {
        switch policy.definition.limiterScope {
        case .cpu: cpu
        case .domain: host.cpus(of: host.domainOfCpu[cpu]).lowerBound
        }
    }

    /// Single wired pages instead of a buffer; the worker sleeps in vm_wait when they run out.
    private mutating func fallBack(_ number: Int32) {
        let cpu = Int(records[number].cpu)
        let domain = host.domainOfCpu[cpu]
        while records[number].pagesHeld < records[number].pagesWanted {
            guard let (page, isFromCache) = takeFallbackPage(cpu: cpu, domain: domain) else {
                block(cpu: cpu, on: number, domain: domain)
                return
            }
            let index = Int(records[number].pagesHeld)
            records[number].pages[index] = Int32(page)
            if isFromCache { records[number].cachedPages |= 1 << UInt8(index) }
            records[number].pagesHeld += 1
            fallbackPages[domain] += 1
        }
        occupyWorker(cpu, Int64(records[number].pagesWanted) * model.fallbackPageNs)
        recordFallback(records[number], cpu: cpu, operation: 0)
        hold(number)
    }

    /// The record is encrypted and keeps its pages until its release is due.
    private mutating func hold(_ number: Int32) {
        occupyWorker(Int(records[number].cpu), model.encryptRecordNs)
        records.hold(number, nowNs: nowNs)
    }

    /// A worker sleeps in vm_wait; its later records queue up behind the present one.
    ///
    /// Above `free_min` vm_wait does not wait: all free pages lie in reservations that are not on
    /// the queue (A5), and the worker tries again and again. It does so once a kernel tick here.
    private mutating func block(cpu: Int, on number: Int32, domain: Int) {
        workers[cpu].blocked.insert(number, at: 0)
        guard memory.waitNeeded(domain) else {
            timers.insert(.workerRetry(cpu: cpu), at: nowNs + 1_000_000_000 / model.hz)
            return
        }
        workers[cpu].waitBeganNs = nowNs
        workers[cpu].waitSequence = recordWaitBegin(
            thread: ThreadNumber.worker(cpu: cpu), domain: domain, cpu: cpu, cause: 0)
        memory.addMinWaiter()
        waiters.append(.worker(cpu: cpu))
    }

    /// A worker returns from vm_wait and goes on with the records that queued up.
    mutating func resumeWorker(cpu: Int, wokenBy domain: Int) {
        recordWaitEnd(
            thread: ThreadNumber.worker(cpu: cpu), domain: host.domainOfCpu[cpu], cpu: cpu,
            wokenBy: domain, beganNs: workers[cpu].waitBeganNs, cause: workers[cpu].waitSequence)
        serveBlocked(cpu: cpu)
    }

    /// A worker goes on with the record it could not place, and with those behind it.
    mutating func serveBlocked(cpu: Int) {
        let queue = workers[cpu].blocked
        workers[cpu].blocked.removeAll(keepingCapacity: true)
        // Records of private data ask for no memory; only the worker's time counts.
        occupyWorker(cpu, workers[cpu].anonymousBehind * model.encryptRecordNs)
        workers[cpu].anonymousBehind = 0
        for (index, number) in queue.enumerated() {
            // The first record had already fallen back when the worker went to sleep.
            if index == 0 { fallBack(number) } else { serve(number, cause: 0) }
            if !workers[cpu].blocked.isEmpty {
                workers[cpu].blocked.append(contentsOf: queue[(index + 1)...])
                return
            }
        }
    }

    /// The mbuf of a record is freed: its buffer goes into the zone, single pages to the system.
    mutating func release(_ record: Record) {
        let freeCpu = Int(record.freeCpu)
        if record.hasBuffer {
            let page = Int(record.pages[0])
            inUse[memory.domain(of: page)] -= 1
            let place = freeIntoZone(page, cpu: freeCpu)
            recordReturn(record, cpu: freeCpu, level: place.level, isCross: place.isCross)
            return
        }
        let domain = host.domainOfCpu[Int(record.cpu)]
        freeFallbackPages(of: record)
        fallbackPages[domain] -= Int64(record.pagesHeld)
        recordFallback(record, cpu: freeCpu, operation: 1)
    }

    mutating func occupyWorker(_ cpu: Int, _ costNs: Int64) {
        dispatcher.occupyWorker(cpu: cpu, costNs: costNs, now: nowNs)
    }
}
