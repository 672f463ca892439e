import { registry } from "@web/core/registry";
import { GraphModel } from "@web/views/graph/graph_model";
import { graphView } from "@web/views/graph/graph_view";

/**
 * A graph that shows the measures its view names side by side, where Odoo's shows one at a time.
 *
 * Another measure, chosen from the menu, stands alone.
 */
export class ComparedGraphModel extends GraphModel {
    async _loadDataPoints(metaData) {
        const { measure, measures, viewMeasures } = metaData;
        if (!viewMeasures.includes(measure)) {
            return super._loadDataPoints(metaData);
        }
        const series = viewMeasures.map((name) => ({ ...metaData, measure: name }));
        const results = await Promise.all(series.map((part) => super._loadDataPoints(part)));
        metaData.allIntegers = series.every((part) => part.allIntegers !== false);
        for (const [index, [dataPoints]] of results.entries()) {
            const name = viewMeasures[index];
            for (const dataPoint of dataPoints) {
                // The first label is the place on the axis; the series follows it.
                dataPoint.labels.splice(1, 0, measures[name].string);
                dataPoint.identifier = JSON.stringify([name, dataPoint.identifier]);
            }
        }
        return [results.flatMap(([dataPoints]) => dataPoints), new Set()];
    }
}

registry.category("views").add("marketplace_compared_graph", {
    ...graphView,
    Model: ComparedGraphModel,
});
