// Java's java.net.http.WebSocket, driven by lines of JSON on stdin; what happens to the socket is written to stdout
// likewise.

import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;

public final class JavaClient implements WebSocket.Listener {
    private static final PrintStream OUTPUT = new PrintStream(System.out, true, StandardCharsets.UTF_8);

    // A message comes in parts.
    private final StringBuilder text = new StringBuilder();
    private final ByteArrayOutputStream binary = new ByteArrayOutputStream();

    public static void main(String[] arguments) throws IOException {
        HttpClient http = HttpClient.newHttpClient();
        WebSocket socket = null;
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line; (line = lines.readLine()) != null;) {
            Map<String, String> command = parse(line);
            if (command.get("do").equals("connect")) {
                socket = connect(http, command.get("url"));
            } else if (command.containsKey("text")) {
                socket.sendText(command.get("text"), true).join();
            } else {
                socket.sendBinary(ByteBuffer.wrap(Base64.getDecoder().decode(command.get("base64"))), true).join();
            }
        }
        System.exit(0);  // The library's threads would go on.
    }

    private static WebSocket connect(HttpClient http, String url) {
        try {
            return http.newWebSocketBuilder().buildAsync(URI.create(url), new JavaClient()).join();
        } catch (CompletionException failure) {
            if (!(failure.getCause() instanceof WebSocketHandshakeException refused)) throw failure;
            say("refused", "status", refused.getResponse().statusCode(), "retryAfter",
                refused.getResponse().headers().firstValue("Retry-After").orElse(""));
            return null;
        }
    }

    @Override
    public void onOpen(WebSocket socket) {
        say("open");
        socket.request(1);
    }

    @Override
    public CompletionStage<?> onText(WebSocket socket, CharSequence part, boolean last) {
        text.append(part);
        if (last) {
            say("message", "text", text);
            text.setLength(0);
        }
        socket.request(1);
        return null;
    }

    @Override
    public CompletionStage<?> onBinary(WebSocket socket, ByteBuffer part, boolean last) {
        byte[] bytes = new byte[part.remaining()];
        part.get(bytes);
        binary.writeBytes(bytes);
        if (last) {
            say("message", "base64", Base64.getEncoder().encodeToString(binary.toByteArray()));
            binary.reset();
        }
        socket.request(1);
        return null;
    }

    @Override
    public CompletionStage<?> onPing(WebSocket socket, ByteBuffer message) {
        say("ping");  // The library has answered it.
        socket.request(1);
        return null;
    }

    @Override
    public CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
        say("close", "code", code, "reason", reason);
        return null;  // Echo it at once.
    }

    @Override
    public void onError(WebSocket socket, Throwable error) {
        say("error", "message", error.toString());
        say("close", "code", 1006, "reason", "");
    }

    // Writes an event with names and values in turn: numbers, or what is text.
    private static void say(String event, Object... fields) {
        StringBuilder line = new StringBuilder("{\"event\":\"").append(event).append('"');
        for (int i = 0; i < fields.length; i += 2) {
            line.append(",\"").append(fields[i]).append("\":");
            if (fields[i + 1] instanceof Number) line.append(fields[i + 1]);
            else quote(line, fields[i + 1].toString());
        }
        OUTPUT.println(line.append('}'));
    }

    private static void quote(StringBuilder line, String value) {
        line.append('"');
        for (char c : value.toCharArray()) {
            if (c == '"' || c == '\\') line.append('\\').append(c);
            else if (c < ' ') line.append(String.format("\\u%04x", (int) c));
            else line.append(c);
        }
        line.append('"');
    }

    // Reads an object whose names and values are strings: the JDK has no JSON.
    private static Map<String, String> parse(String line) {
        Map<String, String> object = new LinkedHashMap<>();
        String name = null;
        for (int at = line.indexOf('"'); at >= 0; at = line.indexOf('"', at)) {
            StringBuilder value = new StringBuilder();
            at = unquote(line, at + 1, value);
            if (name == null) {
                name = value.toString();
            } else {
                object.put(name, value.toString());
                name = null;
            }
        }
        return object;
    }

    // Appends the string that begins at `at`, and returns what follows its closing quote.
    private static int unquote(String line, int at, StringBuilder value) {
        for (char c; (c = line.charAt(at++)) != '"';) {
            if (c != '\\') {
                value.append(c);
                continue;
            }
            char escape = line.charAt(at++);
            if (escape == 'u') {
                value.append((char) Integer.parseInt(line.substring(at, at + 4), 16));
                at += 4;
            } else {
                int control = "bfnrt".indexOf(escape);
                value.append(control < 0 ? escape : "\b\f\n\r\t".charAt(control));
            }
        }
        return at;
    }
}
