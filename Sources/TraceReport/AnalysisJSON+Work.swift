import Histograms
import TraceAnalysis

extension AnalysisJSON {
    static func failures(_ summary: TraceSummary, _ json: inout JSONWriter) {
        let failures = summary.failures
        json.member("failures") { json in
            json.member("count", failures.count)
            json.member("per_1000_s", summary.per1000Seconds(failures.count))
            let limited = summary.service.samples > 0 ? summary.service.total.limited : nil
            json.member("limited_requests", limited)
            let isKnown = summary.service.samples > 0
            json.member("failed_ppm", isKnown ? summary.service.total.failedPpm : nil)
            json.member("limited_ppm", isKnown ? summary.service.total.limitedPpm : nil)
            json.member("by_domain", each: failures.byDomain, numbered)
            json.member("by_cpu", each: failures.byCPU, numbered)
            json.member("by_order", each: failures.byOrder, numbered)
            json.member("by_largest_order", each: failures.byLargestOrder, numbered)
            json.member("by_requester", each: failures.byRequester, named)
            json.member("by_order_and_gfp", each: failures.byOrderAndGfp) { json, row in
                json.object { json in
                    json.member("order", row.order)
                    json.member("gfp", row.gfp)
                    json.member("count", row.count)
                }
            }
            json.member("by_gfp_class", each: failures.byGfpClass, named)
            json.member("uncounted", failures.uncountedKeys)
            series("inter_arrival", failures.interArrival, &json)
            json.member("bursts") { json in
                json.member("count", failures.bursts.count)
                json.member("failures", failures.bursts.failures)
                json.member("largest", failures.bursts.largest)
                buckets("sizes", failures.bursts.sizes, &json)
            }
            json.member("over_time") { json in
                json.member("begin_ns", failures.overTime.beginNs)
                json.member("width_ns", failures.overTime.widthNs)
                json.member("counts", numbers: failures.overTime.counts)
                json.member("by_domain", each: failures.overTime.byDomain, placeOverTime)
                json.member("by_cpu", each: failures.overTime.byCPU, placeOverTime)
                json.member("domains_without_bins", failures.overTime.domainsWithoutBins)
                json.member("cpus_without_bins", failures.overTime.cpusWithoutBins)
            }
        }
    }

    private static func placeOverTime(_ json: inout JSONWriter, _ place: PlaceOverTime) {
        json.object { json in
            json.member("number", place.number)
            json.member("counts", numbers: place.counts)
        }
    }

    static func batches(_ batches: BatchSummary, _ json: inout JSONWriter) {
        json.member("batches") { json in
            json.member("groups", each: batches.groups, group)
            json.member("domains", each: batches.domains) { json, row in
                json.object { json in
                    json.member("domain", row.domain)
                    json.member("ended", row.ended)
                    json.member("time_ns", row.timeNs)
                    json.member("daemon_ns", row.daemonNs)
                    json.member("direct_ns", row.directNs)
                    series("duration", row.duration, &json)
                    known("gained_blocks", row.gainedBlocks, &json)
                    known("nominal", row.nominal, &json)
                    known("phantom", row.phantom, &json)
                    shares(row.gainedBlocks, row.phantom, of: row.nominal, &json)
                }
            }
            json.member("deferred_by_reason", each: batches.deferredByReason, named)
            json.member("deferred_by_order", each: batches.deferredByOrder, numbered)
            json.member("untracked", batches.untracked)
        }
    }

    static func shares(
        _ gained: KnownSum, _ phantom: KnownSum, of nominal: KnownSum, _ json: inout JSONWriter
    ) {
        json.member("gained_ppm", TraceSummary.share(gained, ofNominal: nominal))
        json.member("phantom_ppm", TraceSummary.share(phantom, ofNominal: nominal))
    }

    private static func group(_ json: inout JSONWriter, _ group: BatchGroup) {
        json.object { json in
            json.member("routine", group.routine)
            json.member("mode", group.mode.name)
            json.member("begun", group.begun)
            json.member("ended", group.ended)
            json.member("open_at_end", group.openAtEnd)
            json.member("open_at_begin", group.openAtBegin)
            json.member("ends_without_begin", group.endsWithoutBegin)
            json.member("begins_without_end", group.beginsWithoutEnd)
            json.member("time_ns", group.timeNs)
            known("cpu_ns", group.cpuNs, &json)
            for counter in BatchCounter.allCases {
                known(counter.name, group.counters[counter], &json)
            }
            shares(
                group.counters[.gainedBlocks], group.counters[.phantom],
                of: group.counters[.nominal], &json)
            json.member("results", each: group.results, named)
            series("duration", group.duration, &json)
        }
    }

    static func service(_ summary: TraceSummary, _ json: inout JSONWriter) {
        let service = summary.service
        json.member("service") { json in
            json.member("samples", service.samples)
            json.member("fallback_page_us", summary.fallbackPageUs)
            counts(service.total, &json)
            json.member("decreases", service.decreases)
            json.member("untracked", service.untracked)
            json.member("by_domain", each: service.byDomain) { json, row in
                json.object { json in
                    json.member("domain", row.number)
                    counts(row.counts, &json)
                }
            }
            json.member("by_cpu", each: service.byCPU) { json, row in
                json.object { json in
                    json.member("cpu", row.number)
                    counts(row.counts, &json)
                }
            }
        }
    }

    private static func counts(_ counts: ServiceCounts, _ json: inout JSONWriter) {
        json.member("requests", counts.requests)
        json.member("wanting", counts.wanting)
        json.member("served", counts.served)
        json.member("success_ppm", counts.successPpm)
        json.member("failed_ppm", counts.failedPpm)
        json.member("limited_ppm", counts.limitedPpm)
        json.member("hits_cpu", counts.hitsCPU)
        json.member("hits_list", counts.hitsList)
        json.member("imports", counts.imports)
        json.member("failed", counts.failed)
        json.member("limited", counts.limited)
        json.member("fallback", counts.fallback)
        json.member("small", counts.small)
        json.member("anonymous", counts.anonymous)
    }

    private static func gauge(_ name: String, _ gauge: Gauge, _ json: inout JSONWriter) {
        json.key(name)
        self.gauge(&json, gauge)
    }

    private static func gauge(_ json: inout JSONWriter, _ gauge: Gauge) {
        let isKnown = gauge.samples > 0
        json.object { json in
            json.member("samples", gauge.samples)
            json.member("first", isKnown ? gauge.first : nil)
            json.member("min", isKnown ? gauge.minimum : nil)
            json.member("max", isKnown ? gauge.maximum : nil)
            json.member("last", isKnown ? gauge.last : nil)
        }
    }

    static func memory(_ summary: TraceSummary, _ json: inout JSONWriter) {
        json.member("memory", each: summary.memory) { json, row in
            let found = summary.memoryOverTime.first { $0.domain == row.domain }
            memory(row, found?.timeline, &json)
        }
    }

    private static func memory(
        _ memory: DomainMemory, _ timeline: MemoryTimeline?, _ json: inout JSONWriter
    ) {
        json.object { json in
            json.member("domain", memory.domain)
            json.member("samples", memory.samples)
            gauge("free_pages", memory.freePages, &json)
            gauge("fallback_pages", memory.fallbackPages, &json)
            json.member("fallback_page_us", memory.fallbackPageUs)
            json.member("fallback_covered_ns", memory.coveredNs)
            gauge("unusable_order_2_ppm", memory.unusablePpm, &json)
            overTime(timeline, &json)
            gauge("wakeups", memory.wakeups, &json)
            gauge("reclaims", memory.reclaims, &json)
            json.member("free_blocks_by_order", each: memory.blocks, gauge)
        }
    }

    /// The most bins that a report has of each domain.
    static let memoryBins = 64

    private static func overTime(_ timeline: MemoryTimeline?, _ json: inout JSONWriter) {
        guard let timeline else {
            json.member("over_time", String?.none)
            return
        }
        let bins = timeline.joined(limit: memoryBins)
        func range(_ name: String, _ part: (MemoryBin) -> KnownRange, _ json: inout JSONWriter) {
            for (suffix, value) in [("least", \KnownRange.least), ("most", \KnownRange.most)] {
                json.member("\(name)_\(suffix)", each: bins.bins) { json, bin in
                    let range = part(bin)
                    json.value(range.isEmpty ? nil : range[keyPath: value])
                }
            }
        }
        json.member("over_time") { json in
            json.member("width_ns", bins.widthNs)
            range("free_pages", { $0.freePages }, &json)
            range("unusable_order_2_ppm", { $0.unusablePpm }, &json)
            range("fallback_pages", { $0.fallbackPages }, &json)
        }
    }

    static func totals(_ totals: TotalsSummary, _ json: inout JSONWriter) {
        json.member("totals") { json in
            json.member("wake_requests_by_target", each: totals.wakeRequestsByTarget, named)
            json.member("wake_requests_by_order", each: totals.wakeRequestsByOrder, numbered)
            json.member("pageout", each: totals.pageout) { json, row in
                json.object { json in
                    json.member("mode", row.mode.name)
                    json.member("events", row.events)
                    known("scanned_pages", row.scannedPages, &json)
                    known("freed_pages", row.freedPages, &json)
                    known("shortage_pages", row.shortagePages, &json)
                }
            }
            json.member("fallbacks_by_order", each: totals.fallbacksByOrder, numbered)
            json.member("levels", each: totals.levels) { json, row in
                json.object { json in
                    json.member("level", row.level)
                    json.member("domain", row.domain)
                    json.member("reached", row.reached)
                    json.member("time_ns", row.timeNs)
                }
            }
            json.member("trimmed_buffers", each: totals.trimmedBuffers, named)
            json.member("bucket_changes", totals.bucketChanges)
            json.member("reservation_breaks", each: totals.reservationBreaks, named)
            known("populated_pages", totals.populatedPages, &json)
            json.member("counters", each: totals.counters, range)
            json.member("settings", each: totals.settings, range)
        }
    }

    private static func range(_ json: inout JSONWriter, _ range: CounterRange) {
        json.object { json in
            json.member("name", range.name)
            json.member("first", range.first)
            json.member("last", range.last)
            json.member("samples", range.samples)
        }
    }
}
