import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Iterator;
import java.util.Map;
import java.util.TreeSet;
import software.amazon.event.ruler.Machine;
import software.amazon.event.ruler.Ruler;

/**
 * Reads {"patterns": {name: pattern}, "events": [event]} and writes, for each event, the names of the patterns that match
 * it: one by one, and all of them loaded into one machine, as a bus has them.
 */
public class Judge {
    public static void main(String[] arguments) throws Exception {
        ObjectMapper json = new ObjectMapper();
        JsonNode input = json.readTree(System.in);
        Machine machine = new Machine();
        for (Iterator<Map.Entry<String, JsonNode>> each = input.get("patterns").fields(); each.hasNext(); ) {
            Map.Entry<String, JsonNode> pattern = each.next();
            machine.addRule(pattern.getKey(), pattern.getValue().toString());
        }
        ArrayNode verdicts = json.createArrayNode();
        for (JsonNode event : input.get("events")) {
            ObjectNode verdict = verdicts.addObject();
            ArrayNode alone = verdict.putArray("alone");
            for (Iterator<Map.Entry<String, JsonNode>> each = input.get("patterns").fields(); each.hasNext(); ) {
                Map.Entry<String, JsonNode> pattern = each.next();
                if (Ruler.matchesRule(event.toString(), pattern.getValue().toString())) alone.add(pattern.getKey());
            }
            ArrayNode together = verdict.putArray("together");
            for (String name : new TreeSet<>(machine.rulesForJSONEvent(event.toString()))) together.add(name);
        }
        System.out.println(json.writeValueAsString(verdicts));
    }
}
